"""Class decorators that change the applications of bricks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import Application, BoundApplication
from brickyard.bricks.base import Brick

BrickClass = TypeVar("BrickClass", bound=type[Brick])


class BrickWrapper:
    """A class decorator that replaces the applications of a class of bricks.

    Subclasses define `wrap`.

    Raises
    ------
    TypeError
        If what is decorated is not a class of bricks with applications.
    """

    def wrap(self, wrapped: Application, namespace: dict[str, Any]) -> None:
        """Put what replaces an application into the namespace of the class.

        Parameters
        ----------
        wrapped
            The application.
        namespace
            The new attributes of the class by name, to be added to.
        """
        raise NotImplementedError(f"{type(self).__name__}.wrap is abstract")

    def __call__(self, cls: BrickClass) -> BrickClass:
        """Wrap all applications of a class, inherited ones included."""
        if not (isinstance(cls, type) and issubclass(cls, Brick)):
            raise TypeError(
                f"{type(self).__name__} decorates classes of bricks, got {cls!r}"
            )
        found = {name: getattr(cls, name) for name in dir(cls)}
        namespace: dict[str, Any] = {}
        for value in found.values():
            if isinstance(value, Application):
                self.wrap(value, namespace)
        if not namespace:
            raise TypeError(f"{cls.__name__} has no applications to wrap")
        for name, value in namespace.items():
            setattr(cls, name, value)
        return cls


class WithExtraDims(BrickWrapper):
    """Lets applications work on inputs with additional leading axes.

    The applications get an argument ``extra_ndim``: the number of axes in front of
    those that they know. These axes and the first one after them are merged, the
    application is called, and the outputs get them back. All tensors that go in must
    have the same additional axes, and all that come out get them.

    Examples
    --------
    >>> from brickyard.bricks import application
    >>> from pytensor import tensor as pt
    >>> @WithExtraDims()
    ... class CountRows(Brick):
    ...     @application(outputs=["output"])
    ...     def apply(self, input_):
    ...         return pt.full((input_.shape[0],), input_.shape[0])
    >>> brick = CountRows()
    >>> brick.apply(pt.ones((4, 3))).type.shape
    (4,)
    >>> brick.apply(pt.ones((2, 4, 3)), extra_ndim=1).type.shape
    (2, 4)
    """

    def wrap(self, wrapped: Application, namespace: dict[str, Any]) -> None:
        """Put the application with ``extra_ndim`` into the namespace.

        Parameters
        ----------
        wrapped
            The application.
        namespace
            The new attributes of the class by name, to be added to.
        """
        function = _function_with_extra_dims(wrapped)
        replacement = Application(function)
        names = replacement.delegate(_delegate_to(wrapped))
        namespace[wrapped.name] = replacement
        namespace[names.__name__] = names


def _delegate_to(wrapped: Application) -> Callable[[Brick], BoundApplication]:
    def delegate(brick: Brick) -> BoundApplication:
        return BoundApplication(wrapped, brick)

    delegate.__name__ = f"_{wrapped.name}_without_extra_dims"
    delegate.__doc__ = f"Return ``{wrapped.name}`` as it was before it was wrapped."
    return delegate


def _function_with_extra_dims(wrapped: Application) -> Callable[..., Any]:
    def call(brick: Brick, *args: Any, extra_ndim: int = 0, **kwargs: Any) -> Any:
        bound = BoundApplication(wrapped, brick)
        if extra_ndim == 0:
            return bound(*args, as_list=True, **kwargs)
        tensors = [
            value
            for value in (*args, *kwargs.values())
            if isinstance(value, TensorVariable)
        ]
        extra = _extra_shape(bound, tensors, extra_ndim)

        def merge(value: Any) -> Any:
            if not isinstance(value, TensorVariable):
                return value
            return value.reshape((-1, *_sizes(value, extra_ndim + 1, value.ndim)))

        outputs = bound(
            *map(merge, args),
            as_list=True,
            **{name: merge(value) for name, value in kwargs.items()},
        )
        return [
            output.reshape((*extra, *_sizes(output, 1, output.ndim)))
            for output in outputs
        ]

    call.__name__ = wrapped.name
    call.__qualname__ = wrapped.__qualname__
    call.__doc__ = _doc_with_extra_dims(wrapped)
    return call


def _doc_with_extra_dims(wrapped: Application) -> str:
    summary = inspect.cleandoc(wrapped.__doc__ or "Apply the brick.").split("\n\n")[0]
    return f"""{summary}

Parameters
----------
*args, **kwargs
    What `{wrapped.__qualname__}` takes, the tensors with additional axes in front.
extra_ndim
    The number of additional axes, at least 0.

Returns
-------
TensorVariable or list of TensorVariable
    What `{wrapped.__qualname__}` returns, with the additional axes in front.
"""


def _extra_shape(
    bound: BoundApplication, tensors: list[TensorVariable], extra_ndim: Any
) -> list[Any]:
    """Return the sizes of the merged axes, after checking the arguments."""
    if isinstance(extra_ndim, bool) or not isinstance(extra_ndim, int):
        raise TypeError(f"{bound}: extra_ndim must be an integer, got {extra_ndim!r}")
    if extra_ndim < 0:
        raise ValueError(f"{bound}: extra_ndim must be at least 0, got {extra_ndim}")
    if not tensors:
        raise ValueError(f"{bound}: extra_ndim={extra_ndim} needs an input")
    for tensor in tensors:
        if tensor.ndim <= extra_ndim:
            raise ValueError(
                f"{bound}: extra_ndim={extra_ndim} needs inputs with at least "
                f"{extra_ndim + 1} axes, got {tensor} with {tensor.ndim}"
            )
    return _sizes(tensors[0], 0, extra_ndim + 1)


def _sizes(tensor: TensorVariable, start: int, stop: int) -> list[Any]:
    """Return the sizes of some axes: numbers where known, else expressions."""
    known = tensor.type.shape
    return [
        tensor.shape[axis] if known[axis] is None else known[axis]
        for axis in range(start, stop)
    ]

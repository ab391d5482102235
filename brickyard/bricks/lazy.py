"""Arguments of a brick that may be given after it was made."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick


class Unset:
    """The kind of `UNSET`. There is one object of it, copies included."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> Unset:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unset:
        return self


UNSET: Any = Unset()
"""The value of an argument that nobody has given yet."""


def lazy(
    allocation: Iterable[str] = (), initialization: Iterable[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let arguments of a brick's ``__init__`` be given late.

    A listed argument that has no default and is left out of the call arrives in
    ``__init__`` as `UNSET`, which is to be stored under the argument's own name. The
    attribute can be assigned later, by the user or by the brick's parent. A brick is
    allocated only when none of its allocation arguments is `UNSET` or None, and
    initialized only when none of its initialization arguments is. What a subclass
    lists is added to what its base classes list.

    Parameters
    ----------
    allocation
        Names of arguments that must be known before parameters are allocated, usually
        dimensions.
    initialization
        Names of arguments that must be known before parameters get their values.

    Returns
    -------
    callable
        The decorator for ``__init__``.

    Raises
    ------
    ValueError
        If a name is not an argument of ``__init__``.

    Examples
    --------
    >>> from brickyard.bricks import Brick
    >>> class Stretch(Brick):
    ...     @lazy(allocation=["dim"])
    ...     def __init__(self, dim, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.dim = dim
    >>> stretch = Stretch()
    >>> stretch.dim
    UNSET
    >>> stretch.allocate()
    Traceback (most recent call last):
        ...
    ValueError: cannot allocate /stretch: dim of /stretch is missing; ...
    """
    names = {"allocation": tuple(allocation), "initialization": tuple(initialization)}

    def decorate(init: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(init)
        required = []
        for name in names["allocation"] + names["initialization"]:
            if name not in signature.parameters:
                raise ValueError(
                    f"lazy lists {name!r}, which is not an argument of "
                    f"{init.__qualname__}{signature}"
                )
            if signature.parameters[name].default is inspect.Parameter.empty:
                required.append(name)

        @functools.wraps(init)
        def fill_and_call(self: Any, *args: Any, **kwargs: Any) -> None:
            given = signature.bind_partial(self, *args, **kwargs).arguments
            late = {name: UNSET for name in required if name not in given}
            init(self, *args, **kwargs, **late)

        fill_and_call.lazy_arguments = names  # type: ignore[attr-defined]
        return fill_and_call

    return decorate


def lazy_arguments(cls: type, phase: str) -> list[str]:
    """Return the names that a class and its bases list for a phase.

    Parameters
    ----------
    cls
        A class of bricks.
    phase
        ``"allocation"`` or ``"initialization"``.

    Returns
    -------
    list of str
        Each name once, those of the base classes first.
    """
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        init = vars(base).get("__init__")
        listed: Mapping[str, tuple[str, ...]] = getattr(init, "lazy_arguments", {})
        names.update(dict.fromkeys(listed.get(phase, ())))
    return list(names)


def missing_arguments(owner: object, names: Iterable[str]) -> list[str]:
    """Return which of an object's attributes, or parts of them, are still not given.

    Parameters
    ----------
    owner
        The object that has the attributes.
    names
        The names of the attributes.

    Returns
    -------
    list of str
        Names such as ``"input_dim"``, or ``"dims[0]"`` for a part of a list.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> owner = SimpleNamespace(dims=[UNSET, 3], input_dim=None, output_dim=2)
    >>> missing_arguments(owner, ["dims", "input_dim", "output_dim"])
    ['dims[0]', 'input_dim']
    """
    missing = []
    for name in names:
        value = getattr(owner, name)
        if _is_missing(value):
            missing.append(name)
        elif isinstance(value, list | tuple):
            missing.extend(
                f"{name}[{index}]"
                for index, part in enumerate(value)
                if _is_missing(part)
            )
    return missing


def lazy_values(brick: Brick, phase: str) -> dict[str, Any]:
    """Return the values of the lazy arguments of a phase, by name.

    Parameters
    ----------
    brick
        The brick.
    phase
        ``"allocation"`` or ``"initialization"``.

    Returns
    -------
    dict
        Copies, which later changes to the brick do not reach.
    """
    names = lazy_arguments(type(brick), phase)
    return {name: copy.copy(getattr(brick, name)) for name in names}


def refuse_changes(brick: Brick, values: Mapping[str, Any]) -> None:
    """Raise if attributes of an allocated brick are not what they were.

    Parameters
    ----------
    brick
        The brick.
    values
        What the attributes were when it was allocated, by name.

    Raises
    ------
    ValueError
        If one is different now.
    """
    for name, value in values.items():
        if getattr(brick, name) != value:
            raise ValueError(
                f"{brick.path} was allocated with {name}={value}, now it is "
                f"{getattr(brick, name)}; a brick that is used in two places has one "
                "set of dimensions, use copy.deepcopy(brick) for another one"
            )


def require_complete(brick: Brick, phase: str) -> None:
    """Raise if a brick, or one below it, still misses arguments for a phase.

    Parameters
    ----------
    brick
        The brick.
    phase
        ``"allocation"`` or ``"initialization"``.

    Raises
    ------
    ValueError
        With the path and the name of every missing argument. Below a brick that
        misses arguments itself nothing is reported: it would have handed them down.
    """
    missing = [
        f"{', '.join(names)} of {incomplete.path}"
        for incomplete, names in _incomplete_bricks(brick, phase)
    ]
    if missing:
        verb = {"allocation": "allocate", "initialization": "initialize"}[phase]
        raise ValueError(
            f"cannot {verb} {brick.path}: {'; '.join(missing)} is missing; give the "
            "arguments to the constructor, or assign the attributes before "
            f"{verb}() or the first application"
        )


def _incomplete_bricks(brick: Brick, phase: str) -> list[tuple[Brick, list[str]]]:
    names = brick.missing_arguments(phase)
    if names:
        return [(brick, names)]
    return [
        found for child in brick.children for found in _incomplete_bricks(child, phase)
    ]


def _is_missing(value: object) -> bool:
    return value is UNSET or value is None

"""Several transformations side by side, each of an input of its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import UNSET, lazy


class Parallel(Initializable):
    """Named inputs, each transformed by a copy of one brick.

    Parameters
    ----------
    input_names
        The names of the inputs, which are those of the outputs too.
    input_dims
        The number of features of each input.
    output_dims
        The number of features of each output.
    prototype
        The `Feedforward` brick that is copied for each input.
    child_prefix
        The children are named ``{child_prefix}_{input name}``; ``"transform"`` by
        default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If a name is not a string or the prototype not a `Feedforward` brick.
    ValueError
        If a name occurs twice, or there are more or fewer dimensions than names.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Linear
    >>> parallel = Parallel(["words", "image"], [3, 4], [5, 6], Linear())
    >>> outputs = parallel.apply(words=pt.matrix("w"), image=pt.matrix("i"))
    >>> [output.type.shape for output in outputs]
    [(None, 5), (None, 6)]
    >>> [child.path for child in parallel.children]
    ['/parallel/transform_words', '/parallel/transform_image']
    """

    @lazy(allocation=["input_dims", "output_dims"])
    def __init__(
        self,
        input_names: Sequence[str],
        input_dims: Sequence[int],
        output_dims: Sequence[int],
        prototype: Feedforward,
        child_prefix: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.transforms: list[Any] = []
        self.input_names = check_names(input_names, self.path)
        self.prototype = prototype
        self.child_prefix = "transform" if child_prefix is None else child_prefix
        self.input_dims = input_dims
        self.output_dims = output_dims
        for name in self.input_names:
            self.transforms.append(self._transform_for(name))
        self.children.extend(self.transforms)
        self._check_dims()

    def _transform_for(self, name: str) -> Feedforward:
        if not isinstance(self.prototype, Feedforward):
            raise TypeError(
                f"{self.path}: the prototype must be a Feedforward brick such as "
                f"Linear(), got {self.prototype!r} of type "
                f"{type(self.prototype).__name__}"
            )
        child = copy.deepcopy(self.prototype)
        child.name = f"{self.child_prefix}_{name}"
        return child

    def _check_dims(self) -> None:
        for argument in ("input_dims", "output_dims"):
            dims = getattr(self, argument)
            if dims is UNSET or dims is None:
                continue
            if not isinstance(dims, list | tuple):
                raise TypeError(
                    f"{self.path}: {argument} must be a list of integers, got {dims!r}"
                )
            if len(dims) != len(self.input_names):
                raise ValueError(
                    f"{self.path} needs one of {argument} for each of "
                    f"{self.input_names}, got {len(dims)}: {dims}"
                )

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self._check_dims()
        for child, input_dim, output_dim in zip(
            self.transforms, self.input_dims, self.output_dims, strict=True
        ):
            child.input_dim = input_dim
            child.output_dim = output_dim

    @application
    def apply(self, **inputs: TensorVariable) -> list[TensorVariable]:
        """Return the transformed inputs.

        Parameters
        ----------
        **inputs
            All inputs by name, or in their order, each ``(..., input_dim)``.

        Returns
        -------
        list of TensorVariable
            The outputs in the order of the names, each ``(..., output_dim)``.

        Raises
        ------
        TypeError
            If an input is missing or has an unknown name.
        """
        require_inputs(self.path, inputs, self.input_names)
        return [
            child.apply(inputs[name])
            for name, child in zip(self.input_names, self.transforms, strict=True)
        ]

    @apply.property("inputs")
    def apply_inputs(self) -> list[str]:
        """Return the names of the inputs."""
        return self.input_names

    @apply.property("outputs")
    def apply_outputs(self) -> list[str]:
        """Return the names of the outputs, those of the inputs."""
        return self.input_names

    def get_dim(self, name: str) -> Any:
        """Return the number of features of an input."""
        if name in self.input_names:
            return self.input_dims[self.input_names.index(name)]
        return super().get_dim(name)


def check_names(names: Sequence[str], who: str) -> list[str]:
    """Return names as a list, or say what is wrong with them.

    Parameters
    ----------
    names
        At least one string, none of them twice.
    who
        The path of the brick, for messages.

    Raises
    ------
    TypeError
        If they are not a list of strings.
    ValueError
        If there are none, or one occurs twice.
    """
    listed = [names] if isinstance(names, str) else list(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise TypeError(f"{who} needs a list of names, got {names!r}")
    if not listed or len(set(listed)) != len(listed):
        raise ValueError(f"{who} needs at least one name and none twice, got {listed}")
    return listed


def require_inputs(who: str, inputs: dict[str, Any], names: Sequence[str]) -> None:
    """Raise unless the inputs are exactly the named ones.

    Parameters
    ----------
    who
        The path of the brick, for messages.
    inputs
        The inputs by name.
    names
        The names that must be there.

    Raises
    ------
    TypeError
        If one is missing, None or unknown.
    """
    missing = [name for name in names if inputs.get(name) is None]
    unknown = [name for name in inputs if name not in names]
    if missing or unknown:
        raise TypeError(
            f"{who} needs the inputs {list(names)}: missing {missing}, "
            f"unknown {unknown}"
        )

"""One input transformed in several ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Feedforward
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.parallel import Parallel, check_names, require_inputs


class Fork(Parallel):
    """Several outputs, each a transformation of the one input.

    Parameters
    ----------
    output_names
        The names of the outputs.
    input_dim
        The number of features of the input.
    output_dims
        The number of features of each output.
    prototype
        The `Feedforward` brick that is copied for each output; `Linear` by default.
    **kwargs
        ``child_prefix`` (``"fork"`` by default), ``weights_init``, ``biases_init``,
        ``use_bias``, ``seed``, ``name``: see `Parallel`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> fork = Fork(["inputs", "gate_inputs"], input_dim=3, output_dims=[4, 8])
    >>> inputs, gate_inputs = fork.apply(pt.matrix("x"))
    >>> inputs.type.shape, gate_inputs.type.shape
    ((None, 4), (None, 8))
    >>> fork.children[0].path
    '/fork/fork_inputs'
    """

    @lazy(allocation=["input_dim"])
    def __init__(
        self,
        output_names: Sequence[str],
        input_dim: int,
        output_dims: Sequence[int] | None = None,
        prototype: Feedforward | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("child_prefix", "fork")
        self.input_dim = input_dim
        super().__init__(
            output_names,
            output_dims=UNSET if output_dims is None else output_dims,
            prototype=Linear() if prototype is None else prototype,
            **kwargs,
        )

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        return self.input_names

    @property
    def input_dims(self) -> Sequence[int]:
        """The number of features of the input, once for each output."""
        return [self.input_dim] * len(self.output_names)

    @input_dims.setter
    def input_dims(self, dims: Any) -> None:
        if dims is not UNSET:
            raise TypeError(
                f"{self.path} has one input: assign input_dim instead of input_dims"
            )

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing; all input_dims are the one input_dim."""
        missing = super().missing_arguments(phase)
        return [name for name in missing if not name.startswith("input_dims")]

    @application(inputs=["input_"])
    def apply(self, input_: TensorVariable) -> list[TensorVariable]:
        """Return the transformations of the input.

        Parameters
        ----------
        input_
            ``(..., input_dim)``

        Returns
        -------
        list of TensorVariable
            The outputs in the order of their names, each ``(..., output_dim)``.
        """
        return [child.apply(input_) for child in self.transforms]

    @apply.property("outputs")
    def apply_outputs(self) -> list[str]:
        """Return the names of the outputs."""
        return self.output_names

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or of an output."""
        if name == "input_":
            return self.input_dim
        if name in self.output_names:
            return self.output_dims[self.output_names.index(name)]
        return super().get_dim(name)


class Distribute(Fork):
    """Targets, to each of which a transformation of the one source is added.

    Parameters
    ----------
    target_names
        The names of the targets, which are those of the outputs too.
    source_name
        The name of the source.
    target_dims
        The number of features of each target.
    source_dim
        The number of features of the source.
    prototype
        The `Feedforward` brick that is copied for each target; `Linear` by default.
    **kwargs
        ``child_prefix`` (``"distribute"`` by default), ``weights_init``,
        ``biases_init``, ``use_bias``, ``seed``, ``name``: see `Parallel`.

    Raises
    ------
    ValueError
        If the source is one of the targets.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> distribute = Distribute(["inputs", "gates"], "context", [4, 8], 3)
    >>> distribute.apply.inputs, distribute.apply.outputs
    (['context', 'inputs', 'gates'], ['inputs', 'gates'])
    """

    @lazy(allocation=["source_dim", "target_dims"])
    def __init__(
        self,
        target_names: Sequence[str],
        source_name: str,
        target_dims: Sequence[int],
        source_dim: int,
        prototype: Feedforward | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("child_prefix", "distribute")
        self.source_name = source_name
        super().__init__(
            target_names,
            input_dim=source_dim,
            output_dims=target_dims,
            prototype=prototype,
            **kwargs,
        )
        check_names([source_name, *self.target_names], self.path)

    @property
    def target_names(self) -> list[str]:
        """The names of the targets."""
        return self.input_names

    @property
    def source_dim(self) -> int:
        """The number of features of the source."""
        return self.input_dim

    @source_dim.setter
    def source_dim(self, dim: int) -> None:
        self.input_dim = dim

    @property
    def target_dims(self) -> Sequence[int]:
        """The number of features of each target."""
        return self.output_dims

    @target_dims.setter
    def target_dims(self, dims: Sequence[int]) -> None:
        self.output_dims = list(dims)

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, by the names that the constructor uses."""
        missing = super().missing_arguments(phase)
        fork_names = ("input_dim", "output_dims")
        return [name for name in missing if not name.startswith(fork_names)]

    @application
    def apply(self, **inputs: TensorVariable) -> list[TensorVariable]:
        """Return the targets with the transformed source added.

        Parameters
        ----------
        **inputs
            The source, ``(..., source_dim)``, and the targets, each
            ``(..., target_dim)``: by name, or the source first.

        Returns
        -------
        list of TensorVariable
            The outputs in the order of the targets, of their shapes.

        Raises
        ------
        TypeError
            If an input is missing or has an unknown name.
        """
        require_inputs(self.path, inputs, self.apply.inputs)
        additions = Fork.apply(self, inputs[self.source_name], as_list=True)
        return [
            inputs[name] + addition
            for name, addition in zip(self.target_names, additions, strict=True)
        ]

    @apply.property("inputs")
    def apply_inputs(self) -> list[str]:
        """Return the names of the source and the targets."""
        return [self.source_name, *self.target_names]

    @apply.property("outputs")
    def apply_outputs(self) -> list[str]:
        """Return the names of the targets."""
        return self.target_names

    def get_dim(self, name: str) -> Any:
        """Return the number of features of the source or of a target."""
        return super().get_dim("input_" if name == self.source_name else name)

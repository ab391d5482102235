"""Several inputs merged into one output."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Feedforward
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.parallel import Parallel


class Merge(Parallel):
    r"""The sum of transformations of several inputs.

    .. math:: y = \sum_i f_i(x_i)

    With the default prototype this is one linear map of all inputs side by side.

    Parameters
    ----------
    input_names
        The names of the inputs.
    input_dims
        The number of features of each input.
    output_dim
        The number of features of the output.
    prototype
        The `Feedforward` brick that is copied for each input; by default a `Linear`
        without biases.
    **kwargs
        ``child_prefix`` (``"transform"`` by default), ``weights_init``,
        ``biases_init``, ``use_bias``, ``seed``, ``name``: see `Parallel`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> merge = Merge(["states", "glimpses"], [3, 4], 5)
    >>> merge.apply(states=pt.matrix("s"), glimpses=pt.matrix("g")).type.shape
    (None, 5)
    """

    @lazy(allocation=["input_dims", "output_dim"])
    def __init__(
        self,
        input_names: Sequence[str],
        input_dims: Sequence[int],
        output_dim: int,
        prototype: Feedforward | None = None,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        super().__init__(
            input_names,
            input_dims,
            prototype=Linear(use_bias=False) if prototype is None else prototype,
            **kwargs,
        )

    @property
    def output_dims(self) -> Sequence[int]:
        """The number of features of the output, once for each input."""
        return [self.output_dim] * len(self.input_names)

    @output_dims.setter
    def output_dims(self, dims: Any) -> None:
        if dims is not UNSET:
            raise TypeError(
                f"{self.path} has one output: assign output_dim instead of output_dims"
            )

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing; all output_dims are the one output_dim."""
        missing = super().missing_arguments(phase)
        return [name for name in missing if not name.startswith("output_dims")]

    @application(outputs=["output"])
    def apply(self, **inputs: TensorVariable) -> TensorVariable:
        """Return the sum of the transformed inputs.

        Parameters
        ----------
        **inputs
            All inputs by name, or in their order, each ``(..., input_dim)``.

        Returns
        -------
        TensorVariable
            ``(..., output_dim)``

        Raises
        ------
        TypeError
            If an input is missing or has an unknown name.
        """
        transformed = Parallel.apply(self, as_list=True, **inputs)
        return functools.reduce(operator.add, transformed)

    @apply.property("inputs")
    def apply_inputs(self) -> list[str]:
        """Return the names of the inputs."""
        return self.input_names

    def get_dim(self, name: str) -> Any:
        """Return the number of features of an input or of ``output``."""
        return self.output_dim if name == "output" else super().get_dim(name)

"""What recurrent bricks with weights and learned initial states have in common."""

from __future__ import annotations

import numpy as np
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.base import Brick
from brickyard.bricks.checks import describe, features_of, require_tensor
from brickyard.bricks.children import number_automatic_names
from brickyard.bricks.initialization import Constant
from brickyard.bricks.interfaces import Activation, Initializable
from brickyard.graph.roles import INITIAL_STATE


class Transition(Initializable):
    """A recurrent brick with weights and learned initial states, without biases.

    Subclasses set the attribute ``dim`` and allocate their parameters.
    """

    dim: int

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the initializer of the weights included."""
        missing = super().missing_arguments(phase)
        if phase == "initialization" and self.weights_init is None:
            missing.append("weights_init")
        return missing

    def _add_initial_state(self, name: str) -> None:
        self.add_parameter(Constant(0), (self.dim,), name, INITIAL_STATE)

    def _adopt(self, activation: Activation, gate_activation: Activation) -> None:
        """Make the activations children, once if both are one brick."""
        activations = [activation, gate_activation]
        number_automatic_names(activations)
        self.children.append(activation)
        if gate_activation is not activation:
            self.children.append(gate_activation)

    def _draw_weights(self, count: int) -> np.ndarray:
        """Return square matrices side by side, each drawn by itself."""
        shape = (self.dim, self.dim)
        drawn = [self.weights_init.generate(self.rng, shape) for _ in range(count)]  # type: ignore[union-attr]
        return np.hstack(drawn)


def input_of(brick: Brick, name: str, value: TensorVariable) -> TensorVariable:
    """Return an input of a single step, checked and in the dtype of the parameters.

    Parameters
    ----------
    brick
        The brick.
    name
        The name of the input, which `get_dim` knows.
    value
        ``(batch, features)``

    Returns
    -------
    TensorVariable
        The input.

    Raises
    ------
    TypeError
        If it is not a tensor, or its dtype does not fit: see `features_of`.
    ValueError
        If it has not two axes, or its number of features is known to be another one.
    """
    tensor = require_tensor(brick, value)
    if tensor.ndim != 2:
        raise ValueError(
            f"{brick.path} needs {name} with the axes (batch, features) in each step, "
            f"which makes (time, batch, features) for a sequence; got "
            f"{describe(tensor)} in a step"
        )
    dtype = brick.parameters[0].dtype
    return features_of(brick, tensor, brick.get_dim(name), dtype)

"""Energies of positions from sums of what is matched."""

from __future__ import annotations

from typing import Any

from brickyard.bricks.activations import Tanh
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.linear import Linear
from brickyard.bricks.sequences import Sequence


class ShallowEnergyComputer(Sequence, Initializable, Feedforward):
    r"""The energy of a match vector by a hyperbolic tangent and a linear map.

    .. math:: e = \tanh(x) W

    Parameters
    ----------
    use_bias
        Whether the linear map has a bias. It would be the same for all positions and
        does not change a softmax over them.
    **kwargs
        ``weights_init``, ``biases_init``, ``seed``, ``name``: see `Initializable`.

    Attributes
    ----------
    input_dim, output_dim : int
        The number of features of the match vectors, and of the energies (1).

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> energy = ShallowEnergyComputer()
    >>> energy.input_dim, energy.output_dim = 4, 1
    >>> energy.apply(pt.tensor3("match_vectors")).type.shape
    (None, None, 1)
    """

    def __init__(self, use_bias: bool = False, **kwargs: Any) -> None:
        self.linear = Linear()
        super().__init__([Tanh(), self.linear], use_bias=use_bias, **kwargs)

    @property
    def input_dim(self) -> int:
        """The number of features of the match vectors."""
        return self.linear.input_dim

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        self.linear.input_dim = dim

    @property
    def output_dim(self) -> int:
        """The number of features of the energies."""
        return self.linear.output_dim

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self.linear.output_dim = dim

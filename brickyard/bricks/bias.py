"""Adding a bias."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.checks import features_of
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import lazy
from brickyard.graph.roles import BIAS


class Bias(Feedforward, Initializable):
    r"""A learned number added to each feature.

    .. math:: y = x + b

    Parameters
    ----------
    dim
        The number of features, at least 1.
    **kwargs
        ``biases_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameter: ``b`` of shape ``(dim,)`` and role ``BIAS``.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks.initialization import Constant
    >>> bias = Bias(2, biases_init=Constant(3))
    >>> bias.initialize()
    >>> x = pt.matrix("x")
    >>> evaluate(bias.apply(x), {x: [[1, 10]]})
    array([[ 4., 13.]], dtype=float32)
    """

    @lazy(allocation=["dim"])
    def __init__(self, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim = dim

    @property
    def input_dim(self) -> int:
        """The number of input features, `dim`."""
        return self.dim

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        self.dim = dim

    @property
    def output_dim(self) -> int:
        """The number of output features, `dim`."""
        return self.dim

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self.dim = dim

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the initializer of b included."""
        missing = super().missing_arguments(phase)
        if phase == "initialization" and self.biases_init is None:
            missing.append("biases_init")
        return missing

    def _allocate(self) -> None:
        b = self.add_parameter(None, (self.dim,), "b", BIAS)
        self.add_auxiliary_variable(b.norm(2), name="b_norm")

    def _initialize(self) -> None:
        self._fill(self.parameters["b"], self.biases_init)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the input plus the bias.

        Parameters
        ----------
        input_
            Features, ``(..., dim)``.

        Returns
        -------
        TensorVariable
            Of the input's shape and the parameter's dtype.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `features_of`.
        ValueError
            If the number of features is known to be another one.
        """
        b = self.parameters["b"]
        return features_of(self, input_, self.dim, b.dtype) + b

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        return self.dim if name in ("input_", "output") else super().get_dim(name)

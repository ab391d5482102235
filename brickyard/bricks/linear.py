"""The affine map."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.checks import features_of
from brickyard.bricks.interfaces import Feedforward, LinearLike
from brickyard.bricks.lazy import lazy
from brickyard.graph.roles import BIAS, WEIGHT


class Linear(LinearLike, Feedforward):
    r"""An affine map of the features.

    .. math:: y = x W + b

    Parameters
    ----------
    input_dim
        The number of input features, at least 1.
    output_dim
        The number of output features, at least 1.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Notes
    -----
    Parameters: ``W`` of shape ``(input_dim, output_dim)`` and role ``WEIGHT``; unless
    ``use_bias=False``, ``b`` of shape ``(output_dim,)`` and role ``BIAS``. Auxiliary
    variables of the brick: ``W_norm`` and ``b_norm``, their Euclidean norms.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks.initialization import Constant
    >>> linear = Linear(2, 3, weights_init=Constant(2), biases_init=Constant(1))
    >>> linear.initialize()
    >>> x = pt.matrix("x")
    >>> evaluate(linear.apply(x), {x: [[1, 10]]})
    array([[23., 23., 23.]], dtype=float32)
    """

    @lazy(allocation=["input_dim", "output_dim"])
    def __init__(self, input_dim: int, output_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim

    def _allocate(self) -> None:
        shape = (self.input_dim, self.output_dim)
        W = self.add_parameter(None, shape, "W", WEIGHT)
        self.add_auxiliary_variable(W.norm(2), name="W_norm")
        if self.use_bias:
            b = self.add_parameter(None, (self.output_dim,), "b", BIAS)
            self.add_auxiliary_variable(b.norm(2), name="b_norm")

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the affine map of the input.

        Parameters
        ----------
        input_
            Features, ``(..., input_dim)``.

        Returns
        -------
        TensorVariable
            ``(..., output_dim)``, of the parameters' dtype.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `features_of`.
        ValueError
            If the number of features is known to be another one.
        """
        x = features_of(self, input_, self.input_dim, self.W.dtype)
        product = pt.dot(x, self.W)
        return product + self.b if self.use_bias else product

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        dims = {"input_": self.input_dim, "output": self.output_dim}
        return dims[name] if name in dims else super().get_dim(name)

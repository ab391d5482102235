"""Normalization over the features of each row."""

from __future__ import annotations

from typing import Any

import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.checks import features_of
from brickyard.bricks.creation import Initializer
from brickyard.bricks.initialization import Constant
from brickyard.bricks.interfaces import Feedforward, RNGMixin
from brickyard.bricks.lazy import lazy
from brickyard.graph.roles import BIAS, PARAMETER


class LayerNormalization(RNGMixin, Feedforward):
    r"""Features with mean 0 and variance 1 in each row, then scaled and shifted.

    .. math::
        y = \frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{var}(x) + \epsilon}}
        \odot s + b

    Mean and variance are taken over the last axis, so that rows, and moments of a
    sequence, do not depend on each other. The variance divides by the number of
    features.

    Parameters
    ----------
    dim
        The number of features, at least 1.
    epsilon
        What is added to the variance, greater than 0.
    learn_scale
        Whether there is a scale :math:`s`.
    learn_shift
        Whether there is a shift :math:`b`.
    scale_init
        The initializer of the scale, ``Constant(1)`` by default.
    shift_init
        The initializer of the shift, ``Constant(0)`` by default.
    seed
        The seed of what these draw, at least 0; see `RNGMixin`.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    ValueError
        If `epsilon` is not greater than 0.

    Notes
    -----
    Parameters: ``scale`` of shape ``(dim,)`` and role ``PARAMETER``, so that penalties
    on weights leave it alone; ``shift`` of shape ``(dim,)`` and role ``BIAS``.

    References
    ----------
    J. L. Ba, J. R. Kiros and G. E. Hinton (2016), "Layer normalization",
    arXiv:1607.06450, section 3.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> normalization = LayerNormalization(4)
    >>> normalization.initialize()
    >>> x = pt.matrix("x")
    >>> evaluate(normalization.apply(x), {x: [[1, 1, 3, 3]]}).round(3)
    array([[-1., -1.,  1.,  1.]], dtype=float32)
    """

    @lazy(allocation=["dim"])
    def __init__(
        self,
        dim: int,
        epsilon: float = 1e-5,
        *,
        learn_scale: bool = True,
        learn_shift: bool = True,
        scale_init: Initializer | None = None,
        shift_init: Initializer | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(
                f"{self.path}: epsilon must be greater than 0, got {epsilon}"
            )
        self.seed = seed
        self.dim = dim
        self.epsilon = epsilon
        self.learn_scale = learn_scale
        self.learn_shift = learn_shift
        self.scale_init = Constant(1) if scale_init is None else scale_init
        self.shift_init = Constant(0) if shift_init is None else shift_init

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

    def _allocate(self) -> None:
        if self.learn_scale:
            self.add_parameter(self.scale_init, (self.dim,), "scale", PARAMETER)
        if self.learn_shift:
            self.add_parameter(self.shift_init, (self.dim,), "shift", BIAS)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the normalized input.

        Parameters
        ----------
        input_
            Features, ``(..., dim)``.

        Returns
        -------
        TensorVariable
            Of the input's shape and the parameters' dtype. Without parameters, of the
            input's dtype if that is a floating-point one, else of ``floatX``.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `features_of`.
        ValueError
            If the number of features is known to be another one.
        """
        dtype = self.parameters[0].dtype if len(self.parameters) else _float(input_)
        x = features_of(self, input_, self.dim, dtype)
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = pt.sqr(centred).mean(axis=-1, keepdims=True)
        output = centred / pt.sqrt(variance + self.epsilon)
        if self.learn_scale:
            output = output * self.parameters["scale"]
        if self.learn_shift:
            output = output + self.parameters["shift"]
        return output

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        return self.dim if name in ("input_", "output") else super().get_dim(name)


def _float(input_: TensorVariable) -> str:
    return input_.dtype if input_.dtype.startswith("float") else pytensor.config.floatX

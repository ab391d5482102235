"""Activations: bricks without parameters that work on every element alone.

All of them take floating-point tensors of any shape, return the same shape and dtype,
and let NaN pass. Booleans and integers of at most 16 bits become ``floatX`` (except in
`Identity`); larger integers are refused with a TypeError, since they are usually
indices that went the wrong way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.checks import as_float, require_tensor
from brickyard.bricks.interfaces import Activation


class Identity(Activation):
    """Return the input, :math:`f(x) = x`.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Identity().apply(x), {x: [-1, 2]}).tolist()
    [-1.0, 2.0]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return `input_`."""
        return input_


class Tanh(Activation):
    r"""Hyperbolic tangent, :math:`f(x) = \tanh x`, in (-1, 1).

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Tanh().apply(x), {x: [0, 1]}).round(4).tolist()
    [0.0, 0.7616...]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the hyperbolic tangent of every element."""
        x = _floating(self, input_)
        return pt.tanh(x)


class Logistic(Activation):
    r"""Logistic sigmoid, :math:`f(x) = 1 / (1 + e^{-x})`, in (0, 1).

    `BinaryCrossEntropy` recognises it and computes from its input.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Logistic().apply(x), {x: [0, 100]}).tolist()
    [0.5, 1.0]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the logistic sigmoid of every element."""
        x = _floating(self, input_)
        return pt.sigmoid(x)


class Softplus(Activation):
    r"""Softplus, :math:`f(x) = \log(1 + e^x)`, in (0, inf).

    References
    ----------
    C. Dugas, Y. Bengio, F. Belisle, C. Nadeau, R. Garcia (2001). "Incorporating
    second-order functional knowledge for better option pricing", section 3. NIPS.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Softplus().apply(x), {x: [-1e4, 1e4]}).tolist()
    [0.0, 10000.0]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the softplus of every element."""
        x = _floating(self, input_)
        return pt.softplus(x)


class Softsign(Activation):
    r"""Softsign, :math:`f(x) = x / (1 + |x|)`, in (-1, 1).

    References
    ----------
    X. Glorot, Y. Bengio (2010). "Understanding the difficulty of training deep
    feedforward neural networks", section 2. AISTATS.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Softsign().apply(x), {x: [-1, 3]}).tolist()
    [-0.5, 0.75]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the softsign of every element."""
        x = _floating(self, input_)
        one = pt.ones((), dtype=x.dtype)
        return x / (one + pt.abs(x))


class Rectifier(Activation):
    r"""Rectifier, :math:`f(x) = \max(0, x)`, with slope 0 at 0.

    References
    ----------
    V. Nair, G. E. Hinton (2010). "Rectified linear units improve restricted Boltzmann
    machines", section 2. ICML.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(Rectifier().apply(x), {x: [-1, 3]}).tolist()
    [0.0, 3.0]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the positive part of every element."""
        x = _floating(self, input_)
        # Asking for `<= 0`, not `> 0`, sends NaN to the branch that keeps it.
        zero = pt.zeros((), dtype=x.dtype)
        return pt.switch(x <= zero, zero, x)


class LeakyRectifier(Activation):
    r"""Leaky rectifier, :math:`f(x) = x` above 0 and :math:`a x` from 0 on down.

    Parameters
    ----------
    leak
        The slope :math:`a` below 0, any finite number.
    **kwargs
        See `Brick`.

    Raises
    ------
    TypeError
        If `leak` is not a number.
    ValueError
        If `leak` is not finite.

    References
    ----------
    A. L. Maas, A. Y. Hannun, A. Y. Ng (2013). "Rectifier nonlinearities improve neural
    network acoustic models", section 2. ICML.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(LeakyRectifier(0.25).apply(x), {x: [-2, 3]}).tolist()
    [-0.5, 3.0]
    """

    def __init__(self, leak: float = 0.01, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.leak = _check_number(self, "leak", leak)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return every element, times the leak if it is not positive."""
        x = _floating(self, input_)
        zero = pt.zeros((), dtype=x.dtype)
        return pt.switch(x <= zero, _like(self.leak, x) * x, x)


class ELU(Activation):
    r"""Exponential linear unit, :math:`x` above 0 and :math:`\alpha(e^x - 1)` below.

    Parameters
    ----------
    alpha
        Minus the limit for very negative input, any finite number.
    **kwargs
        See `Brick`.

    Raises
    ------
    TypeError
        If `alpha` is not a number.
    ValueError
        If `alpha` is not finite.

    References
    ----------
    D.-A. Clevert, T. Unterthiner, S. Hochreiter (2016). "Fast and accurate deep network
    learning by exponential linear units (ELUs)", section 3. arXiv:1511.07289.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(ELU().apply(x), {x: [-1e4, 3]}).tolist()
    [-1.0, 3.0]
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _check_number(self, "alpha", alpha)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return every element, or its scaled exponential minus 1 if negative."""
        x = _floating(self, input_)
        zero = pt.zeros((), dtype=x.dtype)
        # The exponential of large elements would overflow in the branch not taken,
        # and infinity times 0 in its gradient is NaN.
        negative = pt.switch(x > zero, zero, x)
        below = _like(self.alpha, x) * pt.expm1(negative)
        return pt.switch(x > zero, x, below)


class GELU(Activation):
    r"""Gaussian error linear unit, :math:`f(x) = x\,\Phi(x)`.

    :math:`\Phi` is the distribution function of the standard normal distribution. The
    default is exact; the approximation is
    :math:`\frac{x}{2}(1 + \tanh(\sqrt{2/\pi}\,(x + 0.044715\,x^3)))`,
    which differs by less than 5e-4 and is what GPT-2 and BERT were trained with.

    Parameters
    ----------
    approximate
        Use the approximation.
    **kwargs
        See `Brick`.

    Raises
    ------
    TypeError
        If `approximate` is not a bool.

    References
    ----------
    D. Hendrycks, K. Gimpel (2016). "Gaussian error linear units (GELUs)", section 2.
    arXiv:1606.08415.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(GELU().apply(x), {x: [-1e4, 0, 1e4]}).tolist()
    [-0.0, 0.0, 10000.0]
    """

    def __init__(self, approximate: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(approximate, bool):
            raise TypeError(
                f"{self.path}: approximate must be True or False, got {approximate!r}"
            )
        self.approximate = approximate

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return every element times the probability of a smaller normal one."""
        x = _floating(self, input_)
        half = _like(0.5, x)
        if not self.approximate:
            # erfc keeps its relative precision for very negative elements, where
            # 1 + erf is the difference of two almost equal numbers.
            scaled = _like(-np.sqrt(0.5), x) * x
            return half * x * pt.erfc(scaled)
        cube = _like(0.044715, x) * x * x * x
        inner = _like(np.sqrt(2 / np.pi), x) * (x + cube)
        return half * x * (_like(1, x) + pt.tanh(inner))


class SiLU(Activation):
    r"""Sigmoid-weighted linear unit, :math:`f(x) = x / (1 + e^{-x})`, also `Swish`.

    References
    ----------
    S. Elfwing, E. Uchibe, K. Doya (2018). "Sigmoid-weighted linear units for neural
    network function approximation in reinforcement learning", section 2.1.
    arXiv:1702.03118.
    P. Ramachandran, B. Zoph, Q. V. Le (2017). "Searching for activation functions",
    section 4, with beta = 1. arXiv:1710.05941.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> evaluate(SiLU().apply(x), {x: [-1e4, 0, 1e4]}).tolist()
    [-0.0, 0.0, 10000.0]
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return every element times its logistic sigmoid."""
        x = _floating(self, input_)
        return x * pt.sigmoid(x)


Swish = SiLU


def _check_number(brick: Activation, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(
            f"{brick.path}: {name} must be a number, got {value!r} "
            f"({type(value).__name__})"
        )
    if not np.isfinite(value):
        raise ValueError(f"{brick.path}: {name} must be finite, got {value!r}")
    return float(value)


def _floating(brick: Activation, input_: TensorVariable) -> TensorVariable:
    tensor = require_tensor(brick, input_)
    if tensor.dtype.startswith("float"):
        return tensor
    return as_float(brick, tensor, pytensor.config.floatX)


def _like(number: float, tensor: TensorVariable) -> TensorVariable:
    # A Python float could be taken for float64 and widen the whole graph.
    return pt.constant(number, dtype=tensor.dtype)

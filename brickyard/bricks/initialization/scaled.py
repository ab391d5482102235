"""Initializers that keep the variance of signals from layer to layer.

All of them draw independent values with mean 0 and a variance that depends on how
many units feed one output (`fan_in`) and how many outputs one unit feeds (`fan_out`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from brickyard.bricks.initialization.base import Generator, NdarrayInitialization


def fan_in_and_fan_out(shape: Sequence[int]) -> tuple[int, int]:
    """Return how many values enter and leave one unit of a layer.

    Parameters
    ----------
    shape
        A matrix ``(input_dim, output_dim)``, or filters
        ``(num_filters, num_channels, *filter_size)`` with one axis or more of
        filter sizes.

    Returns
    -------
    tuple of int
        ``(input_dim, output_dim)`` for a matrix; for filters
        ``(num_channels * area, num_filters * area)``, where the area is the product
        of the filter sizes.

    Raises
    ------
    ValueError
        If the shape has fewer than two axes or is empty along one.

    Examples
    --------
    >>> fan_in_and_fan_out((784, 100))
    (784, 100)
    >>> fan_in_and_fan_out((32, 3, 5, 5))
    (75, 800)
    """
    shape = tuple(int(size) for size in shape)
    if len(shape) < 2 or 0 in shape:
        raise ValueError(
            "fan-in and fan-out are those of a matrix (input_dim, output_dim) or of "
            f"filters (num_filters, num_channels, *filter_size), got shape {shape}; "
            "biases usually start from Constant(0)"
        )
    if len(shape) == 2:
        return shape[0], shape[1]
    area = int(np.prod(shape[2:]))
    return shape[1] * area, shape[0] * area


class _Scaled(NdarrayInitialization):
    """Mean 0 and a variance that is a function of the shape."""

    def _fans(self, shape: Sequence[int]) -> tuple[int, int]:
        try:
            return fan_in_and_fan_out(self.check_shape(shape))
        except ValueError as error:
            raise ValueError(f"{self!r} cannot fill this shape: {error}") from error

    @abstractmethod
    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance of the elements of an array of this shape."""
        raise NotImplementedError(f"{type(self).__name__}.variance is abstract")


class _ScaledNormal(_Scaled):
    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return an array of `shape` with normally distributed elements."""
        std = np.sqrt(self.variance(shape))
        return self.cast(rng.normal(0.0, std, size=tuple(shape)))


class _ScaledUniform(_Scaled):
    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return an array of `shape` with uniformly distributed elements."""
        bound = np.sqrt(3 * self.variance(shape))
        return self.cast(rng.uniform(-bound, bound, size=tuple(shape)))


class _Glorot(_Scaled):
    def __init__(self, gain: float = 1) -> None:
        self.gain = self.check_number(gain, "gain", minimum=0)

    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance of the elements of an array of this shape."""
        fan_in, fan_out = self._fans(shape)
        return self.gain**2 * 2 / (fan_in + fan_out)


class _He(_Scaled):
    def __init__(self, leak: float = 0) -> None:
        self.leak = self.check_number(leak, "leak")

    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance of the elements of an array of this shape."""
        fan_in, _ = self._fans(shape)
        return 2 / ((1 + self.leak**2) * fan_in)


class _LeCun(_Scaled):
    def __init__(self, gain: float = 1) -> None:
        self.gain = self.check_number(gain, "gain", minimum=0)

    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance of the elements of an array of this shape."""
        fan_in, _ = self._fans(shape)
        return self.gain**2 / fan_in


class GlorotUniform(_Glorot, _ScaledUniform):
    r"""Draw uniformly from the interval :math:`\pm\sqrt{3 \sigma^2}`.

    The variance is :math:`\sigma^2 = 2 g^2 / (n_\mathrm{in} + n_\mathrm{out})`.
    For activations that are linear around 0, such as Tanh; also called Xavier.

    Parameters
    ----------
    gain
        A factor on the standard deviation, at least 0.
        (The :math:`g` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    References
    ----------
    X. Glorot, Y. Bengio (2010). "Understanding the difficulty of training deep
    feedforward neural networks", section 4.2.1, equation 16. AISTATS.

    Examples
    --------
    >>> W = GlorotUniform().generate(np.random.default_rng(1), (300, 500))
    >>> round(float(W.std()), 2)
    0.05
    """


class GlorotNormal(_Glorot, _ScaledNormal):
    r"""Draw from the normal distribution :math:`\mathcal{N}(0, \sigma^2)`.

    The variance is :math:`\sigma^2 = 2 g^2 / (n_\mathrm{in} + n_\mathrm{out})`.
    For activations that are linear around 0, such as Tanh; also called Xavier.

    Parameters
    ----------
    gain
        A factor on the standard deviation, at least 0.
        (The :math:`g` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    Notes
    -----
    The distribution is not truncated, as in the source.

    References
    ----------
    X. Glorot, Y. Bengio (2010). "Understanding the difficulty of training deep
    feedforward neural networks", section 4.2.1, equation 12, taken as the variance
    of a normal distribution. AISTATS.

    Examples
    --------
    >>> W = GlorotNormal().generate(np.random.default_rng(1), (300, 500))
    >>> round(float(W.std()), 2)
    0.05
    """


class HeUniform(_He, _ScaledUniform):
    r"""Draw uniformly from the interval :math:`\pm\sqrt{3 \sigma^2}`.

    The variance is :math:`\sigma^2 = 2 / ((1 + a^2)\,n_\mathrm{in})`.
    For rectifiers, which pass on half of the variance; also called Kaiming.

    Parameters
    ----------
    leak
        The slope below 0 of the rectifier that follows, 0 for the plain one.
        (The :math:`a` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun (2015). "Delving deep into rectifiers: surpassing
    human-level performance on ImageNet classification", section 2.2. arXiv:1502.01852.

    Examples
    --------
    >>> W = HeUniform().generate(np.random.default_rng(1), (500, 300))
    >>> round(float(W.std()), 2)
    0.06
    """


class HeNormal(_He, _ScaledNormal):
    r"""Draw from the normal distribution :math:`\mathcal{N}(0, \sigma^2)`.

    The variance is :math:`\sigma^2 = 2 / ((1 + a^2)\,n_\mathrm{in})`.
    For rectifiers, which pass on half of the variance; also called Kaiming.

    Parameters
    ----------
    leak
        The slope below 0 of the rectifier that follows, 0 for the plain one.
        (The :math:`a` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    Notes
    -----
    The distribution is not truncated, as in the source.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun (2015). "Delving deep into rectifiers: surpassing
    human-level performance on ImageNet classification", section 2.2. arXiv:1502.01852.

    Examples
    --------
    >>> W = HeNormal().generate(np.random.default_rng(1), (500, 300))
    >>> round(float(W.std()), 2)
    0.06
    """


class LeCunUniform(_LeCun, _ScaledUniform):
    r"""Draw uniformly from the interval :math:`\pm\sqrt{3 \sigma^2}`.

    The variance is :math:`\sigma^2 = g^2 / n_\mathrm{in}`.
    For layers whose outputs should have the variance of their inputs.

    Parameters
    ----------
    gain
        A factor on the standard deviation, at least 0.
        (The :math:`g` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr, K.-R. Mueller (1998). "Efficient BackProp",
    section 4.6, equation 16.

    Examples
    --------
    >>> W = LeCunUniform().generate(np.random.default_rng(1), (400, 300))
    >>> round(float(W.std()), 2)
    0.05
    """


class LeCunNormal(_LeCun, _ScaledNormal):
    r"""Draw from the normal distribution :math:`\mathcal{N}(0, \sigma^2)`.

    The variance is :math:`\sigma^2 = g^2 / n_\mathrm{in}`.
    For layers whose outputs should have the variance of their inputs.

    Parameters
    ----------
    gain
        A factor on the standard deviation, at least 0.
        (The :math:`g` of the formula.)

    Raises
    ------
    ValueError
        If the shape asked for has fewer than two axes. See
        :func:`fan_in_and_fan_out` for what the axes mean.

    Notes
    -----
    The distribution is not truncated.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr, K.-R. Mueller (1998). "Efficient BackProp",
    section 4.6, equation 16.

    Examples
    --------
    >>> W = LeCunNormal().generate(np.random.default_rng(1), (400, 300))
    >>> round(float(W.std()), 2)
    0.05
    """

"""Normalization by the activity of neighbouring channels."""

from __future__ import annotations

from typing import Any

from pytensor import config
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.checks import as_float, describe, require_tensor
from brickyard.bricks.conv.images import channels_first, channels_last


class LocalResponseNormalization(Brick):
    r"""Divide each element by the activity of the channels next to it.

    .. math::
        y_{b, c, s} = x_{b, c, s} \Big/ \Big(k + \alpha
        \sum_{|j - c| \le (n - 1) / 2} x_{b, j, s}^2 \Big)^\beta

    Channels that do not exist count as zero.

    Parameters
    ----------
    n
        How many channels are summed, the one itself in the middle: odd, at least 1.
    alpha
        The weight of the sum. Other libraries divide it by `n`; give what they divide.
    beta
        The power.
    k
        What is added to the sum, greater than 0.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    ValueError
        If `n` is not odd and positive, or `k` not greater than 0.

    References
    ----------
    A. Krizhevsky, I. Sutskever and G. E. Hinton (2012), ImageNet Classification with
    Deep Convolutional Neural Networks, section 3.3.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> brick = LocalResponseNormalization(n=3, alpha=1, beta=1, k=1)
    >>> x = pt.matrix("x")
    >>> evaluate(brick.apply(x), {x: [[1, 2, 3]]}).round(3)
    array([[0.167, 0.133, 0.214]], dtype=float32)
    """

    def __init__(
        self,
        n: int = 5,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, int) or n < 1 or n % 2 == 0:
            raise ValueError(
                f"{self.path}: n must be an odd positive integer, so that there are as "
                f"many channels on both sides, got {n!r}"
            )
        if not k > 0:
            raise ValueError(f"{self.path}: k must be greater than 0, got {k}")
        self.n = n
        self.alpha = alpha
        self.beta = beta
        self.k = k

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the normalized images.

        Parameters
        ----------
        input_
            Images or features, ``(batch, channels, *spatial)``.

        Returns
        -------
        TensorVariable
            Of the input's shape, of dtype ``floatX``.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `as_float`.
        ValueError
            If there are no channels.
        """
        tensor = require_tensor(self, input_)
        if tensor.ndim < 2:
            raise ValueError(
                f"{self.path} needs images of shape (batch, channels, *spatial), got "
                f"{describe(tensor)}"
            )
        images = channels_last(as_float(self, tensor, config.floatX))
        activity = self.k + self.alpha * self._sums(pt.sqr(images))
        return channels_first(images * activity ** (-self.beta))

    def _sums(self, squares: TensorVariable) -> TensorVariable:
        """Return the sums over neighbouring channels, which are last."""
        around = self.n // 2
        if not around:
            return squares
        known = squares.type.shape[-1]
        channels = squares.shape[-1] if known is None else known
        edge = pt.zeros((*squares.shape[:-1], around), dtype=squares.dtype)
        padded = pt.concatenate([edge, squares, edge], axis=-1)
        return pt.add(
            *(padded[..., start : start + channels] for start in range(self.n))
        )

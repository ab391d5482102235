"""Pooling of symbolic variables."""

from __future__ import annotations

from collections.abc import Sequence

from pytensor import tensor as pt
from pytensor.tensor import TensorLike, as_tensor_variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution.geometry import Padding, geometry
from brickyard.backends.pooling.ops import Largest, Total


def max_pooling(
    images: TensorLike,
    window: Sequence[int],
    *,
    strides: int | Sequence[int] | None = None,
    padding: Padding = "valid",
) -> TensorVariable:
    r"""Take the largest element of each window, channels last.

    .. math:: y_{b, o, c} = \max_k x_{b, s o + k - p, c}

    Parameters
    ----------
    images
        Floating-point, of shape ``(batch, *spatial, channels)``.
    window
        The lengths of the window, one for each spatial axis.
    strides
        Steps of the window; None for the lengths of the window.
    padding
        As for `geometry`; padding is never the largest.

    Returns
    -------
    TensorVariable
        Of shape ``(batch, *positions, channels)``. The gradient goes to the first of
        the largest elements of a window.

    Raises
    ------
    TypeError
        If the images are not floating-point or the dimensions do not fit.
    ValueError
        If the window is larger than the padded image, padding is as long as the
        window, or an argument is out of range.

    Examples
    --------
    >>> x = pt.tensor("x", shape=(None, 24, 24, 20))
    >>> max_pooling(x, (2, 2)).type.shape
    (None, 12, 12, 20)
    """
    images = as_tensor_variable(images)
    window = tuple(window)
    strides = window if strides is None else strides
    how = geometry(images.type.ndim - 2, window, strides, padding)
    _check_padding(how.padding, window)
    return Largest(window, how).of(images)


def average_pooling(
    images: TensorLike,
    window: Sequence[int],
    *,
    strides: int | Sequence[int] | None = None,
    padding: Padding = "valid",
    include_padding: bool = False,
) -> TensorVariable:
    r"""Take the mean of each window, channels last.

    .. math:: y_{b, o, c} = \frac{1}{n_o} \sum_k x_{b, s o + k - p, c}

    Parameters
    ----------
    images
        Floating-point, of shape ``(batch, *spatial, channels)``.
    window
        The lengths of the window, one for each spatial axis.
    strides
        Steps of the window; None for the lengths of the window.
    padding
        As for `geometry`.
    include_padding
        Whether :math:`n_o` is the number of all elements of the window rather than of
        those that are not padding.

    Returns
    -------
    TensorVariable
        Of shape ``(batch, *positions, channels)``.

    Raises
    ------
    TypeError
        If the images are not floating-point or the dimensions do not fit.
    ValueError
        If the window is larger than the padded image, padding is as long as the
        window, or an argument is out of range.

    Examples
    --------
    >>> x = pt.tensor("x", shape=(None, 8, 8, 16))
    >>> average_pooling(x, (8, 8)).type.shape
    (None, 1, 1, 16)
    """
    images = as_tensor_variable(images)
    window = tuple(window)
    strides = window if strides is None else strides
    how = geometry(images.type.ndim - 2, window, strides, padding)
    _check_padding(how.padding, window)
    sums = Total(window, how)
    if include_padding or not any(number for pair in how.padding for number in pair):
        count = 1
        for length in window:
            count *= length
        return sums.of(images) * pt.constant(1 / count, dtype=images.type.dtype)
    one = pt.ones((), dtype=images.type.dtype)
    # As many ones as the image has elements; the sums depend on shapes alone.
    ones = pt.alloc(one, 1, *(images.shape[axis] for axis in range(1, how.rank + 1)), 1)
    return sums.of(images) / sums.of(ones)


def _check_padding(padding: Sequence[tuple[int, int]], window: Sequence[int]) -> None:
    for pair, length in zip(padding, window, strict=True):
        if max(pair) >= length:
            raise ValueError(
                f"padding of {padding} leaves pooling windows of {tuple(window)} with "
                "nothing but padding; pad by less than the length of the window"
            )

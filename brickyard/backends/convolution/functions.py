"""Convolution of symbolic variables."""

from __future__ import annotations

from collections.abc import Sequence

from pytensor import tensor as pt
from pytensor.tensor import TensorLike, as_tensor_variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution.geometry import Padding, geometry
from brickyard.backends.convolution.ops import Convolution, ImageGradient


def convolution(
    images: TensorLike,
    filters: TensorLike,
    *,
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> TensorVariable:
    r"""Correlate images with filters over 1, 2 or 3 axes, channels last.

    .. math:: y_{b, o, f} = \sum_{k, c} x_{b, s o + d k - p, c} W_{k, c, f}

    Parameters
    ----------
    images
        Floating-point, of shape ``(batch, *spatial, channels)``.
    filters
        Floating-point, of shape ``(*window, channels / groups, filters)``. They are not
        turned around: this is what the field calls convolution.
    strides, padding, dilation, groups
        How the window moves; see `geometry`.

    Returns
    -------
    TensorVariable
        Of shape ``(batch, *positions, filters)``.

    Raises
    ------
    TypeError
        If an operand is not floating-point or the dimensions do not fit each other.
    ValueError
        If the channels do not fit, the window is larger than the padded image, or one
        of the last four arguments is out of range.

    Examples
    --------
    >>> x = pt.tensor("x", shape=(None, 28, 28, 1))
    >>> W = pt.tensor("W", shape=(5, 5, 1, 20))
    >>> convolution(x, W).type.shape
    (None, 24, 24, 20)
    """
    images, filters = as_tensor_variable(images), as_tensor_variable(filters)
    rank = images.type.ndim - 2
    window = filters.type.shape[:-2]
    how = geometry(rank, window, strides, padding, dilation, groups)
    return Convolution(how).of(images, filters)


def transposed_convolution(
    images: TensorLike,
    filters: TensorLike,
    output_lengths: Sequence[int | TensorVariable],
    *,
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> TensorVariable:
    """Map images back the way a convolution maps its gradient back.

    Parameters
    ----------
    images
        Floating-point, of shape ``(batch, *positions, filters)``.
    filters
        Floating-point, of shape ``(*window, channels / groups, filters)``: those of the
        convolution that goes the other way.
    output_lengths
        The spatial lengths of the result; several fit where a stride is above 1.
    strides, padding, dilation, groups
        How the window of that convolution moves; see `geometry`.

    Returns
    -------
    TensorVariable
        Of shape ``(batch, *output_lengths, channels)``.

    Raises
    ------
    ValueError
        If the convolution would not map `output_lengths` to the lengths of `images`.

    Examples
    --------
    >>> x = pt.tensor("x", shape=(None, 7, 7, 8))
    >>> W = pt.tensor("W", shape=(3, 3, 4, 8))
    >>> transposed_convolution(x, W, (15, 15), strides=2).type.shape
    (None, 15, 15, 4)
    """
    images, filters = as_tensor_variable(images), as_tensor_variable(filters)
    rank = images.type.ndim - 2
    window = filters.type.shape[:-2]
    how = geometry(rank, window, strides, padding, dilation, groups)
    known = filters.type.shape[-2]
    channels = groups * (filters.shape[-2] if known is None else known)
    shape = (images.shape[0], *output_lengths, channels)
    zero = pt.zeros((), dtype=images.type.dtype)
    return ImageGradient(how).of(images, filters, pt.alloc(zero, *shape))

"""What bricks on images have in common: checks, and the order of the axes.

Bricks take and give images with the channels in front, ``(batch, channels, *spatial)``;
the operations below them want the channels last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.checks import as_float, describe, require_tensor
from brickyard.bricks.lazy import UNSET

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick

ImageSize = tuple[int | None, ...]


def images_of(
    brick: Brick, input_: Any, num_channels: Any, image_size: ImageSize, dtype: str
) -> TensorVariable:
    """Return images, checked and in the right dtype.

    Parameters
    ----------
    brick
        The brick, for messages.
    input_
        Images, ``(batch, channels, *spatial)``.
    num_channels
        The number of channels the brick works on; None for any.
    image_size
        The lengths of the spatial axes; None where any is accepted.
    dtype
        The floating-point dtype of the brick's parameters.

    Returns
    -------
    TensorVariable
        The images, of dtype `dtype`.

    Raises
    ------
    TypeError
        If the input is not a tensor or its dtype does not fit.
    ValueError
        If the number of axes, of channels or a length is known to be another one.
    """
    tensor = require_tensor(brick, input_)
    wanted = (None, num_channels, *image_size)
    pairs = zip(wanted, tensor.type.shape, strict=False)
    if tensor.ndim != len(wanted) or any(
        None not in pair and pair[0] != pair[1] for pair in pairs
    ):
        axes = ["any" if length is None else str(length) for length in wanted[1:]]
        raise ValueError(
            f"{brick.path} needs images of shape (batch, {', '.join(axes)}), with the "
            f"channels before the spatial axes, got {describe(tensor)}; change the "
            "dimensions of the brick, or transpose or reshape the input"
        )
    return as_float(brick, tensor, dtype)


def channels_last(images: TensorVariable) -> TensorVariable:
    """Return ``(batch, channels, *spatial)`` as ``(batch, *spatial, channels)``.

    Parameters
    ----------
    images
        With the channels in front.
    """
    return images.dimshuffle(0, *range(2, images.ndim), 1)


def channels_first(images: TensorVariable) -> TensorVariable:
    """Return ``(batch, *spatial, channels)`` as ``(batch, channels, *spatial)``.

    Parameters
    ----------
    images
        With the channels last.
    """
    last = images.ndim - 1
    return images.dimshuffle(0, last, *range(1, last))


def per_axis(brick: Brick, name: str, value: Any, rank: int) -> tuple[int, ...]:
    """Return a positive integer for each spatial axis.

    Parameters
    ----------
    brick
        The brick, for messages.
    name
        The name of the argument, for messages.
    value
        An integer for all axes, or one for each.
    rank
        How many spatial axes there are.

    Raises
    ------
    TypeError
        If something is not an integer.
    ValueError
        If there is another number of them, or one is below 1.
    """
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if not all(isinstance(number, int) for number in values):
        raise TypeError(f"{brick.path}: {name} must be integers, got {value!r}")
    if len(values) != rank or min(values) < 1:
        raise ValueError(
            f"{brick.path}: {name} must be a positive integer or {rank} of them, one "
            f"for each spatial axis, got {value!r}"
        )
    return values


def image_size_of(brick: Brick, image_size: Any, rank: int) -> ImageSize:
    """Return the lengths of the spatial axes, None where they are not known.

    Parameters
    ----------
    brick
        The brick, for messages.
    image_size
        The lengths, or None for all unknown.
    rank
        How many spatial axes there are.

    Raises
    ------
    ValueError
        If there is another number of lengths.
    """
    if image_size is None or image_size is UNSET:
        return (None,) * rank
    lengths = tuple(image_size)
    # The default of two unknown lengths stands for any number of them.
    if not any(lengths):
        return (None,) * rank
    if len(lengths) != rank:
        raise ValueError(
            f"{brick.path}: image_size must have {rank} lengths, one for each spatial "
            f"axis, got {image_size!r}"
        )
    return lengths


def known_lengths(brick: Brick, lengths: Sequence[int | None], why: str) -> list[int]:
    """Return lengths that must all be known.

    Parameters
    ----------
    brick
        The brick, for messages.
    lengths
        The lengths.
    why
        What needs them, for messages.

    Raises
    ------
    ValueError
        If one is not known.
    """
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        raise ValueError(
            f"{brick.path}: {why} needs the size of the images, got "
            f"{tuple(lengths)}; give image_size, here or to the ConvolutionalSequence "
            "around"
        )
    return known

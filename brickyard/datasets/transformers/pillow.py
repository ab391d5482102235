"""What Pillow does, applied to images that are arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from brickyard.datasets.names import near_match

RESAMPLE_SIZE = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
RESAMPLE_PLACE = ("nearest", "bilinear", "bicubic")


def check_resample(resample: Any, allowed: Sequence[str], owner: str) -> str:
    """Return the name of a way of resampling, or raise if there is no such one.

    Parameters
    ----------
    resample
        What the user gave.
    allowed
        The names that there are.
    owner
        The class of the transformer, for the message.

    Raises
    ------
    ValueError
        If it is not one of them.

    Examples
    --------
    >>> check_resample("cubic", RESAMPLE_PLACE, "Random2DRotation")
    Traceback (most recent call last):
        ...
    ValueError: Random2DRotation: resample is 'cubic', and there is no such way of
    resampling; did you mean 'bicubic'? There are: nearest, bilinear, bicubic
    """
    if resample not in allowed:
        raise ValueError(
            f"{owner}: resample is {resample!r}, and there is no such way of resampling"
            f"{near_match(str(resample), allowed)}"
        )
    return resample


def resampling(name: str) -> Any:
    """Return Pillow's constant for a way of resampling.

    Parameters
    ----------
    name
        Its name, in lower case.

    Examples
    --------
    >>> resampling("bilinear").name
    'BILINEAR'
    """
    from PIL import Image

    return Image.Resampling[name.upper()]


def apply_to_image(
    operation: Callable[[Any], Any], image: np.ndarray, owner: str, source: str
) -> np.ndarray:
    """Return what an operation of Pillow makes of an image, channel by channel.

    Pixels are uint8 or floating-point numbers; Pillow calculates the latter in float32.

    Parameters
    ----------
    operation
        A function from a ``PIL.Image.Image`` to another.
    image
        The image, shape ``(channel, height, width)``.
    owner
        The class of the transformer, for the message.
    source
        The name of the source, for the message.

    Returns
    -------
    numpy.ndarray
        The new image, of the same dtype and number of channels.

    Raises
    ------
    TypeError
        If the pixels are of another dtype.

    Examples
    --------
    >>> image = np.arange(4, dtype="uint8").reshape(1, 2, 2)
    >>> double = apply_to_image(lambda each: each.resize((4, 2)), image, "Resize", "x")
    >>> double.shape
    (1, 2, 4)
    """
    from PIL import Image

    if image.dtype != np.uint8 and image.dtype.kind != "f":
        raise TypeError(
            f"{owner} works on pixels of uint8 or floating-point numbers, but source "
            f"{source!r} has {image.dtype}; use Cast first"
        )
    if image.dtype == np.uint8 and len(image) == 3:
        # Pillow handles three bytes at once; other numbers of channels it may take for
        # transparency, which it would mix with the colours
        pixels = np.ascontiguousarray(image.transpose(1, 2, 0))
        return np.asarray(operation(Image.fromarray(pixels))).transpose(2, 0, 1)
    planes = image if image.dtype == np.uint8 else image.astype(np.float32)
    results = [
        np.asarray(operation(Image.fromarray(np.ascontiguousarray(plane))))
        for plane in planes
    ]
    return np.stack(results).astype(image.dtype, copy=False)

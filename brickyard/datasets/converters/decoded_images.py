"""Pixels of the image files that data sets are distributed as."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.exceptions import DatasetFileError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 2**24


def open_image(content: bytes, name: str, formats: Sequence[str]) -> Image:
    """Return an image of which only the header was read.

    Parameters
    ----------
    content
        The content of the image file.
    name
        Its name, for messages.
    formats
        Pillow's names of the formats that it may have.

    Raises
    ------
    DatasetFileError
        If it is no such image, or has more than `MAX_PIXELS`.

    Examples
    --------
    >>> open_image(b"<html>", "cats.zip:cat.0.jpg", ["JPEG"])
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.DatasetFileError: 'cats.zip:cat.0.jpg' is not a JPEG
    image, or is damaged, or too large (...); fetch the archive again
    """
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(content), formats=tuple(formats))
        if image.width * image.height > MAX_PIXELS:
            raise ValueError(f"it has {image.width} x {image.height} pixels")
    # a damaged file makes Pillow raise errors of many kinds
    except Exception as error:
        raise _not_an_image(name, formats, error) from error
    return image


def decode_image(
    content: bytes,
    name: str,
    formats: Sequence[str],
    *,
    resize: tuple[int, int] | None = None,
) -> np.ndarray:
    """Return the pixels of an image.

    Parameters
    ----------
    content
        The content of the image file.
    name
        Its name, for messages.
    formats
        Pillow's names of the formats that it may have.
    resize
        Height and width in pixels to bring it to, with Lanczos' filter; None for those
        that it has.

    Returns
    -------
    numpy.ndarray
        Uint8, shape ``(channel, height, width)`` with the channels red, green and blue.

    Raises
    ------
    DatasetFileError
        If it is no such image, is damaged, or has more than `MAX_PIXELS`.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("L", (5, 4), 255).save(file, "PNG")
    >>> decode_image(file.getvalue(), "white.png", ["PNG"], resize=(2, 3)).shape
    (3, 2, 3)
    """
    from PIL import Image

    with open_image(content, name, formats) as image:
        try:
            pixels = image.convert("RGB")
        except Exception as error:
            raise _not_an_image(name, formats, error) from error
    if resize is not None:
        height, width = resize
        pixels = pixels.resize((width, height), Image.Resampling.LANCZOS)
    return np.array(pixels).transpose(2, 0, 1)


def _not_an_image(
    name: str, formats: Sequence[str], error: Exception
) -> DatasetFileError:
    return DatasetFileError(
        f"{name!r} is not a {' or '.join(formats)} image, or is damaged, or too large "
        f"({type(error).__name__}: {error}); fetch the archive again"
    )

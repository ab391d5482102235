"""Transformers that data sets of a kind usually come with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.transformers.images_from_bytes import ImagesFromBytes
from brickyard.datasets.transformers.scale_and_shift import ScaleAndShift


def uint8_pixels_to_floatX(
    which_sources: Iterable[str],
) -> tuple[tuple[type, list[Any], dict[str, Any]], ...]:
    """Return the default transformers of images: pixels of 0..255 to floatX in [0, 1].

    Parameters
    ----------
    which_sources
        Names of the sources with pixels, uint8.

    Returns
    -------
    tuple
        For ``default_transformers`` of a data set: transformer classes with their
        arguments after the stream and their keyword arguments.

    Examples
    --------
    >>> ((transformer, arguments, keywords),) = uint8_pixels_to_floatX(("features",))
    >>> transformer.__name__, keywords
    ('ScaleAndShift', {'which_sources': ('features',)})
    """
    keywords = {"which_sources": tuple(which_sources)}
    return ((ScaleAndShift, [1 / 255, 0], keywords),)


def rgb_images_from_encoded_bytes(
    which_sources: Iterable[str],
) -> tuple[tuple[type, list[Any], dict[str, Any]], ...]:
    """Return the default transformers of image files: to uint8 pixels in three colours.

    Parameters
    ----------
    which_sources
        Names of the sources with the contents of image files, bytes or uint8.

    Returns
    -------
    tuple
        For ``default_transformers`` of a data set: transformer classes with their
        arguments after the stream and their keyword arguments.

    Examples
    --------
    >>> ((transformer, arguments, keywords),) = rgb_images_from_encoded_bytes(("x",))
    >>> transformer.__name__, arguments, keywords
    ('ImagesFromBytes', ['RGB'], {'which_sources': ('x',)})
    """
    keywords = {"which_sources": tuple(which_sources)}
    return ((ImagesFromBytes, ["RGB"], keywords),)

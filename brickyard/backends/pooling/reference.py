"""Pooling in NumPy: the definition that all forms meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brickyard.backends.convolution.geometry import Geometry
from brickyard.backends.convolution.reference import windows


def largest(
    images: np.ndarray, window: Sequence[int], how: Geometry
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest element of each window, and where in the window it is.

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    window
        The lengths of the window.
    how
        How the window moves. Padding is never the largest.

    Returns
    -------
    values : numpy.ndarray
        Of shape ``(batch, *positions, channels)``.
    places : numpy.ndarray
        Of the same shape: the number of the first element that is the largest, counted
        row by row through the window. A NaN counts as larger than any number.
    """
    padded = pad_with(images, how, -np.inf)
    lengths = how.output_lengths(images.shape[1:-1], window)
    parts = np.stack([padded[part] for _, part in windows(how, window, lengths)])
    places = parts.argmax(axis=0)
    return np.take_along_axis(parts, places[None], axis=0)[0], places


def pick(
    values: np.ndarray, places: np.ndarray, window: Sequence[int], how: Geometry
) -> np.ndarray:
    """Return, of each window, the element at the place that `largest` found.

    Parameters
    ----------
    values
        Of shape ``(batch, *spatial, channels)``.
    places
        Of shape ``(batch, *positions, channels)``.
    window, how
        As for `largest`.
    """
    padded = pad_with(values, how, 0)
    lengths = places.shape[1:-1]
    parts = np.stack([padded[part] for _, part in windows(how, window, lengths)])
    return np.take_along_axis(parts, places[None], axis=0)[0]


def place(
    gradient: np.ndarray,
    places: np.ndarray,
    shape: Sequence[int],
    window: Sequence[int],
    how: Geometry,
) -> np.ndarray:
    """Add each element to the place in its window that `largest` found.

    Parameters
    ----------
    gradient, places
        Of shape ``(batch, *positions, channels)``.
    shape
        The shape of the images.
    window, how
        As for `largest`.
    """
    padded = pad_with(np.zeros(shape, gradient.dtype), how, 0)
    for number, (_, part) in enumerate(windows(how, window, gradient.shape[1:-1])):
        padded[part] += np.where(places == number, gradient, 0)
    return padded[inner(how, shape)]


def total(images: np.ndarray, window: Sequence[int], how: Geometry) -> np.ndarray:
    """Return the sum of each window.

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    window, how
        As for `largest`; padding counts as zero.
    """
    padded = pad_with(images, how, 0)
    lengths = how.output_lengths(images.shape[1:-1], window)
    result = np.zeros((len(images), *lengths, images.shape[-1]), images.dtype)
    for _, part in windows(how, window, lengths):
        result += padded[part]
    return result


def spread(
    gradient: np.ndarray, shape: Sequence[int], window: Sequence[int], how: Geometry
) -> np.ndarray:
    """Add each element to all of its window: the adjoint of `total`.

    Parameters
    ----------
    gradient
        Of shape ``(batch, *positions, channels)``.
    shape
        The shape of the images.
    window, how
        As for `total`.
    """
    padded = pad_with(np.zeros(shape, gradient.dtype), how, 0)
    for _, part in windows(how, window, gradient.shape[1:-1]):
        padded[part] += gradient
    return padded[inner(how, shape)]


def pad_with(images: np.ndarray, how: Geometry, value: float) -> np.ndarray:
    """Return images with a value around them.

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    how
        Tells how many elements.
    value
        Which value.
    """
    return np.pad(images, ((0, 0), *how.padding, (0, 0)), constant_values=value)


def inner(how: Geometry, shape: Sequence[int]) -> tuple[slice, ...]:
    """Return the slices that take padding away again.

    Parameters
    ----------
    how
        Tells how much padding there is.
    shape
        The shape of the images without it.
    """
    pairs = zip(how.padding, shape[1:-1], strict=True)
    return (slice(None), *(slice(b, b + length) for (b, _), length in pairs))

"""Pooling in loops that numba compiles once for all windows and strides.

Images have three spatial axes here. How the window moves comes as fifteen integers:
strides, padding before, dilation, number of positions and lengths, three of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def find_largest(images: Any, move: Any) -> Any:
    """Return the largest element of each window and where in the image it is.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    move
        How the window moves.

    Returns
    -------
    values, places : array
        Of shape ``(batch, *positions, channels)``; a place is a number of an element
        of one channel of one image, row by row, or -1 if the window holds nothing.
    """
    steps, before, spacing, counts, window = move
    batch, depth, height, width, channels = images.shape
    shape = (batch, counts[0], counts[1], counts[2], channels)
    values = np.full(shape, -np.inf, images.dtype)
    places = np.full(shape, -1, np.int64)
    for b, p, q, r in np.ndindex(batch, counts[0], counts[1], counts[2]):
        for d, e, f in np.ndindex(window[0], window[1], window[2]):
            i = p * steps[0] + d * spacing[0] - before[0]
            j = q * steps[1] + e * spacing[1] - before[1]
            k = r * steps[2] + f * spacing[2] - before[2]
            if not (0 <= i < depth and 0 <= j < height and 0 <= k < width):
                continue
            for channel in range(channels):
                value, best = images[b, i, j, k, channel], values[b, p, q, r, channel]
                nothing = places[b, p, q, r, channel] < 0
                if nothing or value > best or (np.isnan(value) and not np.isnan(best)):
                    values[b, p, q, r, channel] = value
                    places[b, p, q, r, channel] = (i * height + j) * width + k
    return values, places


@njit(cache=True)
def place(gradient: Any, places: Any, out: Any) -> None:
    """Add each element to its place in an image.

    Parameters
    ----------
    gradient, places
        Of shape ``(batch, *positions, channels)``.
    out
        Where to, of shape ``(batch, depth, height, width, channels)``.
    """
    batch, count0, count1, count2, channels = gradient.shape
    flat = out.reshape((batch, out[0].size // channels, channels))
    for b, p, q, r in np.ndindex(batch, count0, count1, count2):
        for channel in range(channels):
            where = places[b, p, q, r, channel]
            if where >= 0:
                flat[b, where, channel] += gradient[b, p, q, r, channel]


@njit(cache=True)
def pick(values: Any, places: Any) -> Any:
    """Return the elements of images at places.

    Parameters
    ----------
    values
        Of shape ``(batch, depth, height, width, channels)``.
    places
        Of shape ``(batch, *positions, channels)``.
    """
    batch, count0, count1, count2, channels = places.shape
    flat = values.reshape((batch, values[0].size // channels, channels))
    out = np.zeros(places.shape, values.dtype)
    for b, p, q, r in np.ndindex(batch, count0, count1, count2):
        for channel in range(channels):
            where = places[b, p, q, r, channel]
            if where >= 0:
                out[b, p, q, r, channel] = flat[b, where, channel]
    return out


@njit(cache=True)
def exchange(images: Any, pooled: Any, move: Any, forward: bool) -> None:
    """Add windows of images to elements, or elements to windows of images.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    pooled
        Of shape ``(batch, *positions, channels)``.
    move
        How the window moves.
    forward
        Whether it is `pooled` that is added to rather than `images`.
    """
    steps, before, spacing, counts, window = move
    batch, depth, height, width, channels = images.shape
    for b, p, q, r in np.ndindex(batch, counts[0], counts[1], counts[2]):
        for d, e, f in np.ndindex(window[0], window[1], window[2]):
            i = p * steps[0] + d * spacing[0] - before[0]
            j = q * steps[1] + e * spacing[1] - before[1]
            k = r * steps[2] + f * spacing[2] - before[2]
            if not (0 <= i < depth and 0 <= j < height and 0 <= k < width):
                continue
            for channel in range(channels):
                if forward:
                    pooled[b, p, q, r, channel] += images[b, i, j, k, channel]
                else:
                    images[b, i, j, k, channel] += pooled[b, p, q, r, channel]

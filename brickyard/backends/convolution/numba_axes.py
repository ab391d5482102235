"""One or two spatial axes as three, for kernels that know only three."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from brickyard.backends.convolution.geometry import Geometry


def in_three_axes(how: Geometry) -> tuple[tuple[int, ...], ...]:
    """Return strides, padding before and after, and dilation, for three axes.

    Parameters
    ----------
    how
        A geometry for up to three axes.
    """
    missing = 3 - how.rank
    before = (0,) * missing + tuple(first for first, _ in how.padding)
    after = (0,) * missing + tuple(last for _, last in how.padding)
    return (1,) * missing + how.strides, before, after, (1,) * missing + how.dilation


@njit(cache=True)
def images_in_three_axes(array: Any) -> Any:
    """Return images as a contiguous array with three spatial axes.

    Parameters
    ----------
    array
        Of shape ``(batch, *spatial, channels)``.
    """
    contiguous = np.ascontiguousarray(array)
    shape = array.shape
    # numba leaves out the branches for other numbers of dimensions
    if array.ndim == 3:
        return contiguous.reshape((shape[0], 1, 1, shape[1], shape[2]))
    if array.ndim == 4:
        return contiguous.reshape((shape[0], 1, shape[1], shape[2], shape[3]))
    return contiguous


@njit(cache=True)
def filters_in_three_axes(array: Any) -> Any:
    """Return filters as a contiguous array with three spatial axes.

    Parameters
    ----------
    array
        Of shape ``(*window, channels / groups, filters)``.
    """
    contiguous = np.ascontiguousarray(array)
    shape = array.shape
    if array.ndim == 3:
        return contiguous.reshape((1, 1, shape[0], shape[1], shape[2]))
    if array.ndim == 4:
        return contiguous.reshape((1, shape[0], shape[1], shape[2], shape[3]))
    return contiguous


@njit(cache=True)
def positions(
    images: Any, window: Any, steps: Any, before: Any, after: Any, spacing: Any
) -> Any:
    """Return how many positions a window takes along each of three axes.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    window
        Its lengths; more than three numbers may come, of which the first three count.
    steps, before, after, spacing
        What `in_three_axes` returned.
    """
    _, depth, height, width, _ = images.shape
    extents = (
        depth + before[0] + after[0] - spacing[0] * (window[0] - 1) - 1,
        height + before[1] + after[1] - spacing[1] * (window[1] - 1) - 1,
        width + before[2] + after[2] - spacing[2] * (window[2] - 1) - 1,
    )
    return (
        extents[0] // steps[0] + 1,
        extents[1] // steps[1] + 1,
        extents[2] // steps[2] + 1,
    )

"""Convolution in loops that numba compiles once for all strides and paddings.

Images have three spatial axes here. How the window moves comes as twelve integers:
strides, padding before, dilation and number of positions, three of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def gather(images: Any, place: Any, move: Any) -> Any:
    """Return what one element of the window meets, zeros outside the image.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    place
        Which element of the window: three integers.
    move
        How the window moves.

    Returns
    -------
    array
        Of shape ``(batch * positions, channels)``.
    """
    batch, depth, height, width, channels = images.shape
    count0, count1, count2 = move[3]
    part = np.zeros((batch * count0 * count1 * count2, channels), images.dtype)
    row = 0
    for example in range(batch):
        for position0 in range(count0):
            i = position0 * move[0][0] + place[0] * move[2][0] - move[1][0]
            for position1 in range(count1):
                j = position1 * move[0][1] + place[1] * move[2][1] - move[1][1]
                inside = 0 <= i < depth and 0 <= j < height
                for position2 in range(count2):
                    k = position2 * move[0][2] + place[2] * move[2][2] - move[1][2]
                    if inside and 0 <= k < width:
                        for channel in range(channels):
                            part[row, channel] = images[example, i, j, k, channel]
                    row += 1
    return part


@njit(cache=True)
def scatter(images: Any, part: Any, place: Any, move: Any) -> None:
    """Add to images what one element of the window met: `gather`, backwards.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    part
        Of shape ``(batch * positions, channels)``.
    place
        Which element of the window: three integers.
    move
        How the window moves.
    """
    batch, depth, height, width, channels = images.shape
    count0, count1, count2 = move[3]
    row = 0
    for example in range(batch):
        for position0 in range(count0):
            i = position0 * move[0][0] + place[0] * move[2][0] - move[1][0]
            for position1 in range(count1):
                j = position1 * move[0][1] + place[1] * move[2][1] - move[1][1]
                inside = 0 <= i < depth and 0 <= j < height
                for position2 in range(count2):
                    k = position2 * move[0][2] + place[2] * move[2][2] - move[1][2]
                    if inside and 0 <= k < width:
                        for channel in range(channels):
                            images[example, i, j, k, channel] += part[row, channel]
                    row += 1


@njit(cache=True)
def columns_of(matrix: Any, first: int, count: int) -> Any:
    """Return a contiguous copy of some columns, as BLAS wants them.

    Parameters
    ----------
    matrix
        Of two axes.
    first, count
        Which columns.
    """
    out = np.empty((matrix.shape[0], count), matrix.dtype)
    for row in range(matrix.shape[0]):
        for column in range(count):
            out[row, column] = matrix[row, first + column]
    return out


@njit(cache=True)
def convolve(images: Any, filters: Any, move: Any, groups: int) -> Any:
    """Return the convolution, of shape ``(batch * positions, filters)``.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    filters
        Of shape ``(depth, height, width, channels / groups, filters)``.
    move
        How the window moves.
    groups
        Into how many parts the channels are divided.
    """
    size, kinds = filters.shape[3], filters.shape[4] // groups
    positions = images.shape[0] * move[3][0] * move[3][1] * move[3][2]
    out = np.zeros((positions, filters.shape[4]), images.dtype)
    for i in range(filters.shape[0]):
        for j in range(filters.shape[1]):
            for k in range(filters.shape[2]):
                part, element = gather(images, (i, j, k), move), filters[i, j, k]
                for group in range(groups):
                    mine = columns_of(part, group * size, size)
                    theirs = columns_of(element, group * kinds, kinds)
                    product = np.dot(mine, theirs)
                    for row in range(positions):
                        for kind in range(kinds):
                            out[row, group * kinds + kind] += product[row, kind]
    return out


@njit(cache=True)
def filter_gradient(
    images: Any, gradient: Any, out: Any, move: Any, groups: int
) -> None:
    """Write the gradient with respect to filters.

    Parameters
    ----------
    images
        Of shape ``(batch, depth, height, width, channels)``.
    gradient
        Of shape ``(batch * positions, filters)``.
    out
        Where to, of shape ``(depth, height, width, channels / groups, filters)``.
    move
        How the window moves.
    groups
        Into how many parts the channels are divided.
    """
    size, kinds = out.shape[3], out.shape[4] // groups
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                part = gather(images, (i, j, k), move)
                for group in range(groups):
                    mine = columns_of(part, group * size, size)
                    theirs = columns_of(gradient, group * kinds, kinds)
                    product = np.dot(mine.T, theirs)
                    for channel in range(size):
                        for kind in range(kinds):
                            column = group * kinds + kind
                            out[i, j, k, channel, column] = product[channel, kind]


@njit(cache=True)
def image_gradient(
    gradient: Any, filters: Any, out: Any, move: Any, groups: int
) -> None:
    """Add the gradient with respect to images to zeros.

    Parameters
    ----------
    gradient
        Of shape ``(batch * positions, filters)``.
    filters
        Of shape ``(depth, height, width, channels / groups, filters)``.
    out
        Where to, of shape ``(batch, depth, height, width, channels)``.
    move
        How the window moves.
    groups
        Into how many parts the channels are divided.
    """
    size, kinds = filters.shape[3], filters.shape[4] // groups
    part = np.empty((gradient.shape[0], out.shape[4]), out.dtype)
    for i in range(filters.shape[0]):
        for j in range(filters.shape[1]):
            for k in range(filters.shape[2]):
                element = filters[i, j, k]
                for group in range(groups):
                    mine = columns_of(gradient, group * kinds, kinds)
                    theirs = columns_of(element, group * kinds, kinds)
                    product = np.dot(mine, theirs.T)
                    for row in range(part.shape[0]):
                        for channel in range(size):
                            part[row, group * size + channel] = product[row, channel]
                scatter(out, part, (i, j, k), move)

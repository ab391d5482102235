"""Convolution and its two gradients in NumPy: the definition that all forms meet.

One matrix product for each element of the window, over all of its positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from brickyard.backends.convolution.geometry import Geometry


def convolve(images: np.ndarray, filters: np.ndarray, how: Geometry) -> np.ndarray:
    r"""Correlate images with filters.

    .. math:: y_{b, o, f} = \sum_{k, c} x_{b, s o + d k - p, c} W_{k, c, f}

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    filters
        Of shape ``(*window, channels / groups, filters)``.
    how
        How the window moves.

    Returns
    -------
    numpy.ndarray
        Of shape ``(batch, *positions, filters)``.
    """
    padded = pad(images, how)
    lengths = how.output_lengths(images.shape[1:-1], filters.shape[:-2])
    shape = (len(images), *lengths, filters.shape[-1])
    result = np.zeros(shape, np.result_type(images, filters))
    for place, window in windows(how, filters.shape[:-2], lengths):
        for channels, kinds in groups(how, filters.shape):
            part = padded[window][..., channels]
            result[..., kinds] += part @ filters[place][..., kinds]
    return result


def filter_gradient(
    images: np.ndarray, gradient: np.ndarray, shape: Sequence[int], how: Geometry
) -> np.ndarray:
    """Return the gradient of a convolution with respect to its filters.

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    gradient
        With respect to the result, of shape ``(batch, *positions, filters)``.
    shape
        The shape of the filters.
    how
        How the window moves.

    Returns
    -------
    numpy.ndarray
        Of shape `shape`.
    """
    padded = pad(images, how)
    result = np.zeros(shape, np.result_type(images, gradient))
    for place, window in windows(how, shape[:-2], gradient.shape[1:-1]):
        for channels, kinds in groups(how, shape):
            part = padded[window][..., channels].reshape(-1, shape[-2])
            of_result = gradient[..., kinds]
            flat = of_result.reshape(-1, of_result.shape[-1])
            result[place][..., kinds] = part.T @ flat
    return result


def image_gradient(
    gradient: np.ndarray, filters: np.ndarray, shape: Sequence[int], how: Geometry
) -> np.ndarray:
    """Return the gradient of a convolution with respect to its images.

    Parameters
    ----------
    gradient
        With respect to the result, of shape ``(batch, *positions, filters)``.
    filters
        Of shape ``(*window, channels / groups, filters)``.
    shape
        The shape of the images.
    how
        How the window moves.

    Returns
    -------
    numpy.ndarray
        Of shape `shape`.
    """
    padded = pad(np.zeros(shape, np.result_type(gradient, filters)), how)
    for place, window in windows(how, filters.shape[:-2], gradient.shape[1:-1]):
        for channels, kinds in groups(how, filters.shape):
            part = gradient[..., kinds] @ filters[place][..., kinds].T
            padded[window][..., channels] += part
    inner = [
        slice(before, before + length)
        for (before, _), length in zip(how.padding, shape[1:-1], strict=True)
    ]
    return padded[(slice(None), *inner)]


def pad(images: np.ndarray, how: Geometry) -> np.ndarray:
    """Return images with zeros around them.

    Parameters
    ----------
    images
        Of shape ``(batch, *spatial, channels)``.
    how
        Tells how many zeros.
    """
    return np.pad(images, ((0, 0), *how.padding, (0, 0)))


def windows(
    how: Geometry, window: Sequence[int], lengths: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Yield each place in the window and the slices of a padded image that it meets.

    Parameters
    ----------
    how
        How the window moves.
    window
        The lengths of the window.
    lengths
        How many positions it takes along each axis.
    """
    for place in np.ndindex(*window):
        axes = zip(place, how.dilation, how.strides, lengths, strict=True)
        yield (
            place,
            (
                slice(None),
                *(
                    slice(i * spacing, i * spacing + step * (count - 1) + 1, step)
                    for i, spacing, step, count in axes
                ),
            ),
        )


def groups(how: Geometry, shape: Sequence[int]) -> Iterator[tuple[slice, slice]]:
    """Yield the channels and the filters of each group.

    Parameters
    ----------
    how
        Tells how many groups there are.
    shape
        The shape of the filters.
    """
    channels, filters = shape[-2], shape[-1] // how.groups
    for group in range(how.groups):
        yield (
            slice(group * channels, (group + 1) * channels),
            slice(group * filters, (group + 1) * filters),
        )

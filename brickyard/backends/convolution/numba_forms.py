"""How numba runs a convolution: the kernels, for images of any number of axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import (
    numba_njit,
    register_funcify_default_op_cache_key,
)

from brickyard.backends.convolution import numba_kernels as kernels
from brickyard.backends.convolution.geometry import Geometry
from brickyard.backends.convolution.ops import (
    Convolution,
    FilterGradient,
    ImageGradient,
)

Compiled = Callable[..., Any]


@register_funcify_default_op_cache_key(Convolution)
def compile_convolution(op: Convolution, node: Apply, **kwargs: Any) -> Compiled:
    """Return a convolution as a function that numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    steps, before, after, spacing = _in_three_axes(op.how)
    rank, groups = op.how.rank, op.how.groups
    dtype = np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def convolution(images, filters):  # type: ignore[no-untyped-def]
        x, w = _images(images.astype(dtype)), _filters(filters.astype(dtype))
        counts = _counts(x, w, steps, before, after, spacing)
        flat = kernels.convolve(x, w, (steps, before, spacing, counts), groups)
        if rank == 1:
            return flat.reshape((len(images), counts[2], w.shape[4]))
        if rank == 2:
            return flat.reshape((len(images), counts[1], counts[2], w.shape[4]))
        return flat.reshape((len(images), *counts, w.shape[4]))

    return convolution


@register_funcify_default_op_cache_key(FilterGradient)
def compile_filter_gradient(op: FilterGradient, node: Apply, **kwargs: Any) -> Compiled:
    """Return the gradient with respect to filters as a function numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    steps, before, after, spacing = _in_three_axes(op.how)
    groups, dtype = op.how.groups, np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def filter_gradient(images, gradient, like):  # type: ignore[no-untyped-def]
        x, out = _images(images.astype(dtype)), np.empty(like.shape, dtype)
        w = _filters(out)
        counts = _counts(x, w, steps, before, after, spacing)
        flat = (
            np.ascontiguousarray(gradient)
            .reshape((gradient.size // w.shape[4], w.shape[4]))
            .astype(dtype)
        )
        kernels.filter_gradient(x, flat, w, (steps, before, spacing, counts), groups)
        return out

    return filter_gradient


@register_funcify_default_op_cache_key(ImageGradient)
def compile_image_gradient(op: ImageGradient, node: Apply, **kwargs: Any) -> Compiled:
    """Return the gradient with respect to images as a function numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    steps, before, after, spacing = _in_three_axes(op.how)
    groups, dtype = op.how.groups, np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def image_gradient(gradient, filters, like):  # type: ignore[no-untyped-def]
        out, w = np.zeros(like.shape, dtype), _filters(filters.astype(dtype))
        x = _images(out)
        counts = _counts(x, w, steps, before, after, spacing)
        flat = (
            np.ascontiguousarray(gradient)
            .reshape((gradient.size // w.shape[4], w.shape[4]))
            .astype(dtype)
        )
        kernels.image_gradient(flat, w, x, (steps, before, spacing, counts), groups)
        return out

    return image_gradient


def _in_three_axes(how: Geometry) -> tuple[tuple[int, ...], ...]:
    """Return strides, padding before and after, and dilation, for three axes."""
    missing = 3 - how.rank
    before = (0,) * missing + tuple(first for first, _ in how.padding)
    after = (0,) * missing + tuple(last for _, last in how.padding)
    return (1,) * missing + how.strides, before, after, (1,) * missing + how.dilation


@numba_njit
def _images(array):  # type: ignore[no-untyped-def]
    """Return a view of contiguous images with three spatial axes."""
    contiguous = np.ascontiguousarray(array)
    shape = array.shape
    # numba leaves out the branches for other numbers of dimensions
    if array.ndim == 3:
        return contiguous.reshape((shape[0], 1, 1, shape[1], shape[2]))
    if array.ndim == 4:
        return contiguous.reshape((shape[0], 1, shape[1], shape[2], shape[3]))
    return contiguous


@numba_njit
def _filters(array):  # type: ignore[no-untyped-def]
    """Return a view of contiguous filters with three spatial axes."""
    contiguous = np.ascontiguousarray(array)
    shape = array.shape
    if array.ndim == 3:
        return contiguous.reshape((1, 1, shape[0], shape[1], shape[2]))
    if array.ndim == 4:
        return contiguous.reshape((1, shape[0], shape[1], shape[2], shape[3]))
    return contiguous


@numba_njit
def _counts(images, filters, steps, before, after, spacing):  # type: ignore[no-untyped-def]
    """Return how many positions the window takes along each axis."""
    return (
        _count(
            images.shape[1] + before[0] + after[0],
            filters.shape[0],
            steps[0],
            spacing[0],
        ),
        _count(
            images.shape[2] + before[1] + after[1],
            filters.shape[1],
            steps[1],
            spacing[1],
        ),
        _count(
            images.shape[3] + before[2] + after[2],
            filters.shape[2],
            steps[2],
            spacing[2],
        ),
    )


@numba_njit
def _count(length, size, step, spacing):  # type: ignore[no-untyped-def]
    return (length - spacing * (size - 1) - 1) // step + 1

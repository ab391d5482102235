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
from brickyard.backends.convolution.numba_axes import (
    filters_in_three_axes,
    images_in_three_axes,
    in_three_axes,
    positions,
)
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
    steps, before, after, spacing = in_three_axes(op.how)
    rank, groups = op.how.rank, op.how.groups
    dtype = np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def convolution(images, filters):  # type: ignore[no-untyped-def]
        x, w = (
            images_in_three_axes(images.astype(dtype)),
            filters_in_three_axes(filters.astype(dtype)),
        )
        counts = positions(x, w.shape, steps, before, after, spacing)
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
    steps, before, after, spacing = in_three_axes(op.how)
    groups, dtype = op.how.groups, np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def filter_gradient(images, gradient, like):  # type: ignore[no-untyped-def]
        x, out = images_in_three_axes(images.astype(dtype)), np.empty(like.shape, dtype)
        w = filters_in_three_axes(out)
        counts = positions(x, w.shape, steps, before, after, spacing)
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
    steps, before, after, spacing = in_three_axes(op.how)
    groups, dtype = op.how.groups, np.dtype(node.outputs[0].type.dtype)

    @numba_njit
    def image_gradient(gradient, filters, like):  # type: ignore[no-untyped-def]
        out, w = (
            np.zeros(like.shape, dtype),
            filters_in_three_axes(filters.astype(dtype)),
        )
        x = images_in_three_axes(out)
        counts = positions(x, w.shape, steps, before, after, spacing)
        flat = (
            np.ascontiguousarray(gradient)
            .reshape((gradient.size // w.shape[4], w.shape[4]))
            .astype(dtype)
        )
        kernels.image_gradient(flat, w, x, (steps, before, spacing, counts), groups)
        return out

    return image_gradient

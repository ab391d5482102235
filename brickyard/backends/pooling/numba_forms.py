"""How numba runs pooling: the kernels, for images of any number of axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import (
    numba_njit,
    register_funcify_default_op_cache_key,
)

from brickyard.backends.convolution.numba_axes import (
    images_in_three_axes,
    in_three_axes,
    positions,
)
from brickyard.backends.pooling import numba_kernels as kernels
from brickyard.backends.pooling.ops import (
    Largest,
    PickAtLargest,
    PlaceAtLargest,
    PoolingOp,
    Spread,
    Total,
)

Compiled = Callable[..., Any]


@register_funcify_default_op_cache_key(Largest)
def compile_largest(op: Largest, node: Apply, **kwargs: Any) -> Compiled:
    """Return the largest elements of windows as a function that numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    move, narrowed = _motion(op), _narrowed(op.how.rank)

    @numba_njit
    def largest(images):  # type: ignore[no-untyped-def]
        x = images_in_three_axes(images)
        return narrowed(kernels.find_largest(x, move(x))[0])

    return largest


@register_funcify_default_op_cache_key(PlaceAtLargest)
def compile_place(op: PlaceAtLargest, node: Apply, **kwargs: Any) -> Compiled:
    """Return the gradient of the largest elements as a function numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    move = _motion(op)

    @numba_njit
    def place(gradient, images):  # type: ignore[no-untyped-def]
        x, out = images_in_three_axes(images), np.zeros(images.shape, gradient.dtype)
        places = kernels.find_largest(x, move(x))[1]
        kernels.place(images_in_three_axes(gradient), places, images_in_three_axes(out))
        return out

    return place


@register_funcify_default_op_cache_key(PickAtLargest)
def compile_pick(op: PickAtLargest, node: Apply, **kwargs: Any) -> Compiled:
    """Return the elements where others are the largest as a function numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    move, narrowed = _motion(op), _narrowed(op.how.rank)

    @numba_njit
    def pick(values, images):  # type: ignore[no-untyped-def]
        x = images_in_three_axes(images)
        places = kernels.find_largest(x, move(x))[1]
        return narrowed(kernels.pick(images_in_three_axes(values), places))

    return pick


@register_funcify_default_op_cache_key(Total)
def compile_total(op: Total, node: Apply, **kwargs: Any) -> Compiled:
    """Return the sums of windows as a function that numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    move, narrowed = _motion(op), _narrowed(op.how.rank)

    @numba_njit
    def total(images):  # type: ignore[no-untyped-def]
        x = images_in_three_axes(images)
        how = move(x)
        n = how[3]
        out = np.zeros((x.shape[0], n[0], n[1], n[2], x.shape[4]), x.dtype)
        kernels.exchange(x, out, how, True)
        return narrowed(out)

    return total


@register_funcify_default_op_cache_key(Spread)
def compile_spread(op: Spread, node: Apply, **kwargs: Any) -> Compiled:
    """Return the adjoint of the sums as a function that numba compiles.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    move = _motion(op)

    @numba_njit
    def spread(gradient, like):  # type: ignore[no-untyped-def]
        out = np.zeros(like.shape, gradient.dtype)
        x = images_in_three_axes(out)
        kernels.exchange(x, images_in_three_axes(gradient), move(x), False)
        return out

    return spread


def _motion(op: PoolingOp) -> Compiled:
    """Return a function from images to how the window moves over them."""
    steps, before, after, spacing = in_three_axes(op.how)
    window = (1,) * (3 - op.how.rank) + op.window

    @numba_njit
    def move(images):  # type: ignore[no-untyped-def]
        counts = positions(images, window, steps, before, after, spacing)
        return steps, before, spacing, counts, window

    return move


def _narrowed(rank: int) -> Compiled:
    """Return a function that takes away axes of length 1 that were added."""
    if rank == 1:
        return numba_njit(lambda array: array[:, 0, 0])
    if rank == 2:
        return numba_njit(lambda array: array[:, 0])
    return numba_njit(lambda array: array)

"""How XLA runs pooling: elementwise on strided slices, which it fuses into one loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch import jax_funcify

from brickyard.backends.convolution.reference import windows
from brickyard.backends.pooling.ops import (
    Largest,
    PickAtLargest,
    PlaceAtLargest,
    PoolingOp,
    Spread,
    Total,
)

Lowered = Callable[..., Any]

# With more elements than this, a window is left to XLA's own loop over windows.
MOST_SLICES = 32


@jax_funcify.register(Largest)
def lower_largest(op: Largest, node: Apply, **kwargs: Any) -> Lowered:
    """Return the largest elements of windows as a function of a JAX array.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    import jax.numpy as jnp
    from jax import lax

    def largest(images: Any) -> Any:
        if _is_large(op):
            return _reduce_windows(op, images, -np.inf, lax.max)
        return reduce(jnp.maximum, _slices(op, images, -np.inf))

    return largest


@jax_funcify.register(PlaceAtLargest)
def lower_place(op: PlaceAtLargest, node: Apply, **kwargs: Any) -> Lowered:
    """Return the gradient of the largest elements as a function of JAX arrays.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    import jax.numpy as jnp

    def place(gradient: Any, images: Any) -> Any:
        chosen = _chosen(_slices(op, images, -np.inf))
        shares = [jnp.where(mask, gradient, 0) for mask in chosen]
        return _back(op, shares, images.shape)

    return place


@jax_funcify.register(PickAtLargest)
def lower_pick(op: PickAtLargest, node: Apply, **kwargs: Any) -> Lowered:
    """Return the elements where others are the largest as a function of JAX arrays.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    import jax.numpy as jnp

    def pick(values: Any, images: Any) -> Any:
        chosen = _chosen(_slices(op, images, -np.inf))
        pairs = zip(chosen, _slices(op, values, 0), strict=True)
        return sum(jnp.where(mask, part, 0) for mask, part in pairs)

    return pick


@jax_funcify.register(Total)
def lower_total(op: Total, node: Apply, **kwargs: Any) -> Lowered:
    """Return the sums of windows as a function of a JAX array.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    from jax import lax

    def total(images: Any) -> Any:
        if _is_large(op):
            return _reduce_windows(op, images, 0.0, lax.add)
        return sum(_slices(op, images, 0))

    return total


@jax_funcify.register(Spread)
def lower_spread(op: Spread, node: Apply, **kwargs: Any) -> Lowered:
    """Return the adjoint of the sums as a function of JAX arrays.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """

    def spread(gradient: Any, like: Any) -> Any:
        count = 1
        for length in op.window:
            count *= length
        return _back(op, [gradient] * count, like.shape)

    return spread


def _is_large(op: PoolingOp) -> bool:
    count = 1
    for length in op.window:
        count *= length
    return count > MOST_SLICES


def _slices(op: PoolingOp, images: Any, value: float) -> list[Any]:
    """Return what each element of the window meets, one array for each."""
    import jax.numpy as jnp

    lengths = op.how.output_lengths(images.shape[1:-1], op.window)
    if any(number for pair in op.how.padding for number in pair):
        width = ((0, 0), *op.how.padding, (0, 0))
        images = jnp.pad(images, width, constant_values=value)
    return [images[part] for _, part in windows(op.how, op.window, lengths)]


def _chosen(parts: Sequence[Any]) -> list[Any]:
    """Return for each part where it is the first of the largest; NaN is the largest."""
    import jax.numpy as jnp

    best, place = parts[0], jnp.zeros(parts[0].shape, "int32")
    for number, part in enumerate(parts[1:], start=1):
        better = (part > best) | (jnp.isnan(part) & ~jnp.isnan(best))
        best, place = jnp.where(better, part, best), jnp.where(better, number, place)
    return [place == number for number in range(len(parts))]


def _back(op: PoolingOp, parts: Sequence[Any], shape: Sequence[int]) -> Any:
    """Add parts to where they were taken from: `_slices`, backwards."""
    import jax

    like = jax.ShapeDtypeStruct(tuple(shape), parts[0].dtype)
    transposed = jax.linear_transpose(lambda images: _slices(op, images, 0), like)
    return transposed(list(parts))[0]


def _reduce_windows(op: PoolingOp, images: Any, start: float, combine: Any) -> Any:
    import jax.numpy as jnp
    from jax import lax

    return lax.reduce_window(
        images,
        jnp.asarray(start, images.dtype),
        combine,
        (1, *op.window, 1),
        (1, *op.how.strides, 1),
        ((0, 0), *op.how.padding, (0, 0)),
        window_dilation=(1, *op.how.dilation, 1),
    )

"""How XLA runs pooling: elementwise on strided slices, which it fuses into one loop."""

from __future__ import annotations

import math
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
    from jax import lax

    def place(gradient: Any, images: Any) -> Any:
        # Without the barrier places would be found anew for each element of a window.
        places = lax.optimization_barrier(_places(_slices(op, images, -np.inf)))
        if _are_apart(op):
            mask = _enlarged(op, places) == _numbers(op, places.dtype)
            shares = jnp.where(mask, _enlarged(op, gradient), 0)
            return _side_by_side(op, shares, images.shape)
        numbers = range(math.prod(op.window))
        parts = [jnp.where(places == number, gradient, 0) for number in numbers]
        return _back(op, parts, images.shape)

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
        places = _places(_slices(op, images, -np.inf))
        parts = enumerate(_slices(op, values, 0))
        return sum(jnp.where(places == number, part, 0) for number, part in parts)

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
    import jax.numpy as jnp

    def spread(gradient: Any, like: Any) -> Any:
        if _are_apart(op):
            pairs = zip(gradient.shape[1:-1], op.window, strict=True)
            lengths = [length for pair in pairs for length in pair]
            shape = (len(gradient), *lengths, gradient.shape[-1])
            shares = jnp.broadcast_to(_enlarged(op, gradient), shape)
            return _side_by_side(op, shares, like.shape)
        return _back(op, [gradient] * math.prod(op.window), like.shape)

    return spread


def _is_large(op: PoolingOp) -> bool:
    return math.prod(op.window) > MOST_SLICES


def _are_apart(op: PoolingOp) -> bool:
    """Return whether windows are side by side, each element in at most one of them."""
    return (
        op.how.strides == op.window
        and set(op.how.dilation) == {1}
        and not any(number for pair in op.how.padding for number in pair)
    )


def _slices(op: PoolingOp, images: Any, value: float) -> list[Any]:
    """Return what each element of the window meets, one array for each."""
    import jax.numpy as jnp

    lengths = op.how.output_lengths(images.shape[1:-1], op.window)
    if any(number for pair in op.how.padding for number in pair):
        width = ((0, 0), *op.how.padding, (0, 0))
        images = jnp.pad(images, width, constant_values=value)
    return [images[part] for _, part in windows(op.how, op.window, lengths)]


def _places(parts: Sequence[Any]) -> Any:
    """Return which part is the first of the largest; NaN is the largest."""
    import jax.numpy as jnp

    dtype = jnp.int8 if len(parts) < 128 else jnp.int32
    best, place = parts[0], jnp.zeros(parts[0].shape, dtype)
    for number, part in enumerate(parts[1:], start=1):
        better = (part > best) | (jnp.isnan(part) & ~jnp.isnan(best))
        best = jnp.where(better, part, best)
        place = jnp.where(better, jnp.asarray(number, dtype), place)
    return place


def _enlarged(op: PoolingOp, pooled: Any) -> Any:
    """Return pooled values with an axis for the window behind each spatial axis."""
    import jax.numpy as jnp

    return jnp.expand_dims(pooled, tuple(range(2, 2 * op.how.rank + 1, 2)))


def _numbers(op: PoolingOp, dtype: Any) -> Any:
    """Return the numbers of a window's elements, to go with what `_enlarged` gives."""
    import jax.numpy as jnp

    lengths = [number for length in op.window for number in (1, length)]
    return jnp.arange(math.prod(op.window), dtype=dtype).reshape(1, *lengths, 1)


def _side_by_side(op: PoolingOp, shares: Any, shape: Sequence[int]) -> Any:
    """Return windows as an image, with zeros for what is left over at its ends."""
    import jax.numpy as jnp

    pairs = zip(shares.shape[1:-1:2], op.window, strict=True)
    lengths = [count * length for count, length in pairs]
    images = shares.reshape(len(shares), *lengths, shares.shape[-1])
    over = zip(shape, images.shape, strict=True)
    return jnp.pad(images, [(0, wanted - length) for wanted, length in over])


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

"""Convolution for XLA, written in three ways of which none is always the fastest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickyard.backends.convolution.geometry import Geometry
from brickyard.backends.convolution.reference import windows

Form = Callable[[Geometry, Any, Any], Any]


def direct(how: Geometry, images: Any, filters: Any) -> Any:
    """Leave everything to XLA, which calls cuDNN on a GPU.

    Parameters
    ----------
    how
        How the window moves.
    images
        Of shape ``(batch, *spatial, channels)``.
    filters
        Of shape ``(*window, channels / groups, filters)``.
    """
    from jax import lax

    spatial = "DHW"[-how.rank :]
    return lax.conv_general_dilated(
        images,
        filters,
        how.strides,
        how.padding,
        rhs_dilation=how.dilation,
        dimension_numbers=(f"N{spatial}C", f"{spatial}IO", f"N{spatial}C"),
        feature_group_count=how.groups,
    )


def columns(how: Geometry, images: Any, filters: Any) -> Any:
    """Join what the window sees at each position; one product with all filters.

    Parameters
    ----------
    how
        How the window moves; one group.
    images
        Of shape ``(batch, *spatial, channels)``.
    filters
        Of shape ``(*window, channels, filters)``.
    """
    import jax.numpy as jnp
    from jax import lax

    window = filters.shape[:-2]
    lengths = how.output_lengths(images.shape[1:-1], window)
    joined = _padded(how, images)
    # Axis by axis, the last first: that copies the fewest and longest pieces.
    for axis in reversed(range(how.rank)):
        step, spacing = how.strides[axis], how.dilation[axis]
        last = step * (lengths[axis] - 1) + 1
        starts = range(0, spacing * window[axis], spacing)
        parts = [
            lax.slice_in_dim(joined, start, start + last, step, axis + 1)
            for start in starts
        ]
        joined = jnp.concatenate(parts, axis=-1)
    return _product(joined, filters)


def elements(how: Geometry, images: Any, filters: Any) -> Any:
    """One product for each element of the window.

    Parameters
    ----------
    how
        How the window moves; one group, or as many as there are channels.
    images
        Of shape ``(batch, *spatial, channels)``.
    filters
        Of shape ``(*window, channels / groups, filters)``.
    """
    if how.groups == 1:
        return sum(
            _product(part, filters[place])
            for place, part in _slices(how, images, filters)
        )
    return sum(
        part * filters[place][0] for place, part in _slices(how, images, filters)
    )


FORMS: dict[str, Form] = {
    "direct": direct,
    "columns": columns,
    "elements": elements,
}


def _slices(how: Geometry, images: Any, filters: Any) -> list[tuple[Any, Any]]:
    window = filters.shape[:-2]
    lengths = how.output_lengths(images.shape[1:-1], window)
    images = _padded(how, images)
    return [(place, images[part]) for place, part in windows(how, window, lengths)]


def _padded(how: Geometry, images: Any) -> Any:
    import jax.numpy as jnp

    if not any(number for pair in how.padding for number in pair):
        return images
    return jnp.pad(images, ((0, 0), *how.padding, (0, 0)))


def _product(images: Any, filters: Any) -> Any:
    """Return the product of matrices, which XLA runs faster than one of arrays."""
    kinds = filters.shape[-1]
    rows = images.reshape(-1, images.shape[-1]) @ filters.reshape(-1, kinds)
    return rows.reshape(*images.shape[:-1], kinds)

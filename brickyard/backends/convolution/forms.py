"""Convolution for XLA, written in four ways of which none is always the fastest."""

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

    slices = [part for _, part in _slices(how, images, filters)]
    return jnp.concatenate(slices, axis=-1) @ filters.reshape(-1, filters.shape[-1])


def rows(how: Geometry, images: Any, filters: Any) -> Any:
    """Join along the last axis of the window; one product for each of its rows.

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

    joined: dict[tuple[int, ...], list[Any]] = {}
    for place, part in _slices(how, images, filters):
        joined.setdefault(place[:-1], []).append(part)
    return sum(
        jnp.concatenate(parts, axis=-1) @ filters[row].reshape(-1, filters.shape[-1])
        for row, parts in joined.items()
    )


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
            part @ filters[place] for place, part in _slices(how, images, filters)
        )
    return sum(
        part * filters[place][0] for place, part in _slices(how, images, filters)
    )


FORMS: dict[str, Form] = {
    "direct": direct,
    "columns": columns,
    "rows": rows,
    "elements": elements,
}


def _slices(how: Geometry, images: Any, filters: Any) -> list[tuple[Any, Any]]:
    import jax.numpy as jnp

    window = filters.shape[:-2]
    lengths = how.output_lengths(images.shape[1:-1], window)
    if any(number for pair in how.padding for number in pair):
        images = jnp.pad(images, ((0, 0), *how.padding, (0, 0)))
    return [(place, images[part]) for place, part in windows(how, window, lengths)]

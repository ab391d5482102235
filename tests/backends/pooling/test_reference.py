from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from brickyard.backends.convolution import geometry
from brickyard.backends.pooling import reference


def seen(images, how, window, value):
    """Every window of padded images, its elements along the last axis."""
    padded = reference.pad_with(images, how, value)
    views = sliding_window_view(padded, window, axis=tuple(range(1, images.ndim - 1)))
    steps = tuple(slice(None, None, step) for step in how.strides)
    views = views[(slice(None), *steps)]
    return views.reshape(*views.shape[: images.ndim], -1)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_values_agree_with_windows_one_by_one(rank):
    images = np.random.default_rng(rank).normal(size=(2, *(7, 6, 5)[:rank], 3))
    window = (3, 2, 2)[:rank]
    how = geometry(rank, window, 2, ((1, 0), (0, 1), (1, 1))[:rank])
    values, places = reference.largest(images, window, how)
    padded = seen(images, how, window, -np.inf)
    np.testing.assert_array_equal(values, padded.max(-1))
    np.testing.assert_array_equal(places, padded.argmax(-1))
    zeros = seen(images, how, window, 0)
    np.testing.assert_allclose(reference.total(images, window, how), zeros.sum(-1))
    picked = reference.pick(images, places, window, how)
    np.testing.assert_array_equal(picked, values)


def test_place_and_spread_are_adjoints():
    rng = np.random.default_rng(0)
    images, window = rng.normal(size=(2, 7, 6, 3)), (3, 2)
    how = geometry(2, window, (2, 1), 1)
    _, places = reference.largest(images, window, how)
    pooled = rng.normal(size=places.shape)
    back = reference.place(pooled, places, images.shape, window, how)
    there = reference.pick(images, places, window, how)
    np.testing.assert_allclose((back * images).sum(), (there * pooled).sum())
    back = reference.spread(pooled, images.shape, window, how)
    there = reference.total(images, window, how)
    np.testing.assert_allclose((back * images).sum(), (there * pooled).sum())


def test_padding_is_taken_away_again():
    images = np.arange(12.0).reshape(1, 4, 3, 1)
    how = geometry(2, (2, 2), padding=((1, 2), (0, 1)))
    padded = reference.pad_with(images, how, 9)
    assert padded.shape == (1, 7, 4, 1)
    restored = padded[reference.inner(how, images.shape)]
    np.testing.assert_array_equal(restored, images)

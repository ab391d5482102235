from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate

from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.reference import (
    convolve,
    filter_gradient,
    groups,
    image_gradient,
    pad,
)


@pytest.mark.parametrize("padding", ["valid", "full"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_values_agree_with_scipy(rank, padding):
    rng = np.random.default_rng(rank)
    images = rng.normal(size=(2, *(6, 5, 4)[:rank], 3))
    filters = rng.normal(size=(*(3, 2, 2)[:rank], 3, 4))
    how = geometry(rank, filters.shape[:-2], padding=padding)
    expected = [
        [
            sum(correlate(x[..., c], filters[..., c, f], padding) for c in range(3))
            for f in range(4)
        ]
        for x in images
    ]
    expected = np.moveaxis(np.array(expected), 1, -1)
    np.testing.assert_allclose(convolve(images, filters, how), expected, atol=1e-12)


def test_gradients_agree_with_finite_differences():
    rng = np.random.default_rng(1)
    images, filters = rng.normal(size=(2, 7, 6, 4)), rng.normal(size=(3, 2, 2, 6))
    how = geometry(2, (3, 2), (2, 1), ((1, 0), (2, 1)), (1, 2), 2)
    weights = rng.normal(size=convolve(images, filters, how).shape)
    dx = image_gradient(weights, filters, images.shape, how)
    dw = filter_gradient(images, weights, filters.shape, how)
    for array, gradient in ((images, dx), (filters, dw)):
        for place in zip(*(rng.integers(0, n, 9) for n in array.shape), strict=True):
            before = array[place]
            costs = []
            for value in (before - 0.5, before + 0.5):
                array[place] = value
                costs.append((convolve(images, filters, how) * weights).sum())
            array[place] = before
            # The map is linear: a difference of any size is exact.
            assert costs[1] - costs[0] == pytest.approx(gradient[place], abs=1e-10)


def test_padding_adds_zeros_before_and_after():
    how = geometry(1, (3,), padding=((1, 2),))
    assert pad(np.ones((1, 2, 1)), how).ravel().tolist() == [0, 1, 1, 0, 0]


def test_groups_divide_channels_and_filters():
    how = geometry(1, (3,), groups=2)
    assert [(a.start, a.stop, b.start, b.stop) for a, b in groups(how, (3, 2, 6))] == [
        (0, 2, 0, 3),
        (2, 4, 3, 6),
    ]

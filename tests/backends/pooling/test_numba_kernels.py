from __future__ import annotations

import numpy as np

from brickyard.backends.convolution import geometry
from brickyard.backends.pooling import numba_kernels, reference

WINDOW = (2, 3, 2)
HOW = geometry(3, WINDOW, (2, 1, 1), ((1, 0), (0, 2), (1, 1)))


def test_kernels_agree_with_the_reference():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, 5, 6, 4, 3))
    values, places = reference.largest(images, WINDOW, HOW)
    before = tuple(first for first, _ in HOW.padding)
    move = (HOW.strides, before, HOW.dilation, values.shape[1:-1], WINDOW)
    found, where = numba_kernels.find_largest(images, move)
    np.testing.assert_array_equal(found, values)
    np.testing.assert_array_equal(numba_kernels.pick(images, where), values)

    pooled, back = rng.normal(size=values.shape), np.zeros(images.shape)
    numba_kernels.place(pooled, where, back)
    expected = reference.place(pooled, places, images.shape, WINDOW, HOW)
    np.testing.assert_allclose(back, expected)

    sums, spread = np.zeros(values.shape), np.zeros(images.shape)
    numba_kernels.exchange(images, sums, move, True)
    numba_kernels.exchange(spread, pooled, move, False)
    np.testing.assert_allclose(sums, reference.total(images, WINDOW, HOW), atol=1e-12)
    expected = reference.spread(pooled, images.shape, WINDOW, HOW)
    np.testing.assert_allclose(spread, expected, atol=1e-12)

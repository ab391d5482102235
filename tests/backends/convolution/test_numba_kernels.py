from __future__ import annotations

import numpy as np

from brickyard.backends.convolution import geometry, numba_kernels
from brickyard.backends.convolution.reference import (
    convolve,
    filter_gradient,
    image_gradient,
)

HOW = geometry(3, (2, 3, 2), (2, 1, 1), ((1, 0), (0, 2), (1, 1)), (1, 2, 1), 2)
MOVE = (HOW.strides, tuple(first for first, _ in HOW.padding), HOW.dilation)


def test_kernels_agree_with_the_reference():
    rng = np.random.default_rng(0)
    images, filters = rng.normal(size=(2, 5, 6, 4, 4)), rng.normal(size=(2, 3, 2, 2, 6))
    expected = convolve(images, filters, HOW)
    move = (*MOVE, expected.shape[1:-1])
    flat = numba_kernels.convolve(images, filters, move, 2)
    np.testing.assert_allclose(flat.reshape(expected.shape), expected, atol=1e-12)

    dx, dw = np.zeros(images.shape), np.empty(filters.shape)
    numba_kernels.image_gradient(flat, filters, dx, move, 2)
    numba_kernels.filter_gradient(images, flat, dw, move, 2)
    back = image_gradient(expected, filters, images.shape, HOW)
    np.testing.assert_allclose(dx, back, atol=1e-10)
    back = filter_gradient(images, expected, filters.shape, HOW)
    np.testing.assert_allclose(dw, back, atol=1e-10)


def test_scatter_is_gather_backwards():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, 5, 6, 4, 3))
    move = (*MOVE, (3, 4, 5))
    part = numba_kernels.gather(images, (1, 2, 0), move)
    weights = rng.normal(size=part.shape)
    back = np.zeros(images.shape)
    numba_kernels.scatter(back, weights, (1, 2, 0), move)
    np.testing.assert_allclose((part * weights).sum(), (back * images).sum())


def test_columns_are_copied():
    matrix = np.arange(12.0).reshape(3, 4)
    columns = numba_kernels.columns_of(matrix, 1, 2)
    assert columns.tolist() == matrix[:, 1:3].tolist()
    assert columns.flags.c_contiguous

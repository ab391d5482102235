from __future__ import annotations

import numpy as np
import pytensor
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.convolution import convolution


def test_a_transposed_view_is_no_hindrance():
    """The kernels want contiguous arrays; a graph hands them what it has."""
    rng = np.random.default_rng(0)
    images, filters = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2))
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    y = convolution(x.dimshuffle(0, 2, 3, 1), w.dimshuffle(2, 3, 1, 0))
    outputs = [y, *pytensor.grad((y**2).sum(), [x, w])]
    values = {x: images, w: filters.transpose(0, 1, 3, 2)[:, :2].repeat(2, 1)[:, :3]}
    on_numba = evaluate(outputs, values, "numba")
    for value, expected in zip(on_numba, evaluate(outputs, values), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-10)


def test_an_empty_batch():
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    y = convolution(x, w)
    values = {x: np.ones((0, 5, 5, 2)), w: np.ones((3, 3, 2, 4))}
    value, gradient = evaluate([y, pytensor.grad(y.sum(), w)], values, "numba")
    assert value.shape == (0, 3, 3, 4)
    assert not gradient.any()

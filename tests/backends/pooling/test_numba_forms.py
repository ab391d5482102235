from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.pooling import average_pooling, max_pooling


@pytest.mark.parametrize("pooling", [max_pooling, average_pooling])
def test_a_transposed_view_is_no_hindrance(pooling):
    """The kernels want contiguous arrays; a graph hands them what it has."""
    x = pt.dtensor4("x")
    images = np.random.default_rng(0).normal(size=(2, 3, 6, 5))
    y = pooling(x.dimshuffle(0, 2, 3, 1), (2, 2))
    outputs = [y, pytensor.grad((y**2).sum(), x)]
    on_numba = evaluate(outputs, {x: images}, "numba")
    for value, expected in zip(on_numba, evaluate(outputs, {x: images}), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-12)

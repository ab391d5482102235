from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.pooling import average_pooling, max_pooling

IMAGES = np.random.default_rng(0).normal(size=(2, 4, 6, 3))


def test_windows_lie_side_by_side_unless_said_otherwise(backend):
    x = pt.dtensor4("x")
    outputs = [max_pooling(x, (2, 3)), average_pooling(x, (2, 3))]
    largest, mean = evaluate(outputs, {x: IMAGES}, backend)
    parts = IMAGES.reshape(2, 2, 2, 2, 3, 3)
    np.testing.assert_array_equal(largest, parts.max((2, 4)))
    np.testing.assert_allclose(mean, parts.mean((2, 4)))


def test_padding_counts_or_does_not(backend):
    x = pt.dtensor4("x")
    how = {"strides": 1, "padding": 1}
    outputs = [
        average_pooling(x, (3, 3), include_padding=True, **how),
        average_pooling(x, (3, 3), include_padding=False, **how),
    ]
    value, excluding = evaluate(outputs, {x: IMAGES}, backend)
    corner = IMAGES[:, :2, :2].sum((1, 2))
    np.testing.assert_allclose(value[:, 0, 0], corner / 9)
    np.testing.assert_allclose(excluding[:, 0, 0], corner / 4)
    np.testing.assert_allclose(value[:, 1:-1, 1:-1], excluding[:, 1:-1, 1:-1])


def test_padding_is_never_the_largest():
    x = pt.dtensor4("x")
    y = max_pooling(x, (3, 3), strides=1, padding=1)
    assert (evaluate(y, {x: -np.ones((1, 3, 3, 1))}) == -1).all()


@pytest.mark.parametrize("pooling", [max_pooling, average_pooling])
def test_windows_of_nothing_but_padding_are_refused(pooling):
    with pytest.raises(ValueError, match="nothing but padding; pad by less"):
        pooling(pt.tensor4("x"), (2, 2), padding=(2, 0))
    with pytest.raises(ValueError, match="window of length 3 for 2 axes"):
        pooling(pt.tensor4("x"), (2, 2, 2))

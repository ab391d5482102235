from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.pooling import average_pooling, jax_forms, max_pooling


@pytest.mark.parametrize("pooling", [max_pooling, average_pooling])
def test_windows_as_slices_and_as_one_operation_agree(pooling, monkeypatch):
    x = pt.dtensor4("x")
    images = np.random.default_rng(0).normal(size=(2, 9, 8, 3))
    y = pooling(x, (3, 3), strides=2, padding=1)
    outputs = [y, pytensor.grad((y**2).sum(), x)]
    slices = evaluate(outputs, {x: images})
    monkeypatch.setattr(jax_forms, "MOST_SLICES", 8)
    for value, expected in zip(evaluate(outputs, {x: images}), slices, strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-12)


@pytest.mark.parametrize("pooling", [max_pooling, average_pooling])
@pytest.mark.parametrize("window", [(2, 2), (3, 2), (12, 13)])
def test_windows_apart_are_put_side_by_side(pooling, window, monkeypatch):
    x = pt.dtensor4("x")
    images = np.random.default_rng(0).integers(0, 3, size=(2, 13, 14, 3)).astype(float)
    y = pooling(x, window)
    gradient = pytensor.grad((y**3).sum(), x)
    value = evaluate(gradient, {x: images})
    monkeypatch.setattr(jax_forms, "_are_apart", lambda op: False)
    np.testing.assert_allclose(value, evaluate(gradient, {x: images}), atol=1e-12)

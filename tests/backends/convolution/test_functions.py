from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.convolution import convolution, transposed_convolution


def test_a_transposed_convolution_is_the_adjoint(backend):
    rng = np.random.default_rng(0)
    back, images = rng.normal(size=(2, 4, 4, 6)), rng.normal(size=(2, 8, 7, 4))
    filters = rng.normal(size=(3, 3, 2, 6))
    g, x, w = (pt.dtensor4(name) for name in "gxw")
    how = {"strides": 2, "padding": 1, "groups": 2}
    there = (convolution(x, w, **how) * g).sum()
    again = (transposed_convolution(g, w, (8, 7), **how) * x).sum()
    values = {g: back, x: images, w: filters}
    first, second = evaluate([there, again], values, backend)
    np.testing.assert_allclose(first, second, rtol=1e-10)


def test_lengths_the_convolution_would_not_give_are_refused():
    x, w = pt.tensor("x", shape=(2, 4, 4, 6)), pt.tensor("w", shape=(3, 3, 2, 6))
    with pytest.raises(ValueError, match=r"takes \(3, 4\) positions .* has \(4, 4\)"):
        transposed_convolution(x, w, (7, 9), strides=2)


def test_unknown_channels_come_with_the_filters():
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    y = transposed_convolution(x, w, (5, 5))
    values = {x: np.ones((1, 3, 3, 2)), w: np.ones((3, 3, 4, 2))}
    assert evaluate(y, values).shape == (1, 5, 5, 4)

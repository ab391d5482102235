from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, shared
from brickyard.graph.moving_averages import moving_averages


def test_the_formula(backend):
    average = shared(np.ones(2), name="average", dtype="floatX")
    x = pt.matrix("x")
    updates = moving_averages([(average, x.mean(axis=0))], decay_rate=0.75)
    step = compile([x], [], updates, backend=backend)
    batches = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
    expected = np.ones(2)
    for batch in batches:
        step(batch)
        expected = 0.75 * expected + 0.25 * batch.mean(0)
    np.testing.assert_allclose(average.get_value(), expected, rtol=1e-5)


def test_the_default_keeps_nine_tenths():
    average = shared(1, name="average", dtype="floatX")
    ((_, value),) = moving_averages([(average, pt.constant(np.float32(2)))])
    step = compile([], [], [(average, value)])
    step()
    assert average.get_value() == pytest.approx(1.1)


def test_several_estimates_are_averaged():
    average, other = shared(0, dtype="floatX"), shared(0, dtype="floatX")
    x, y = pt.scalars("x", "y")
    updates = moving_averages([(average, x), (other, y), (average, y)], 0.5)
    assert [target for target, _ in updates] == [average, other]
    compile([x, y], [], updates)(2.0, 6.0)
    assert (float(average.get_value()), float(other.get_value())) == (2.0, 3.0)


def test_dtype_is_kept():
    average = shared(np.zeros(3), dtype="float32")
    ((_, value),) = moving_averages([(average, pt.vector("x", dtype="float32"))], 0.9)
    assert value.dtype == "float32"


@pytest.mark.parametrize("rate", [-0.1, 1, float("nan")])
def test_rates_out_of_range(rate):
    with pytest.raises(ValueError, match=r"decay_rate must be in \[0, 1\)"):
        moving_averages([], rate)


def test_wrong_kinds():
    with pytest.raises(TypeError, match="decay_rate must be a number"):
        moving_averages([], "0.9")
    x = pt.scalar("x")
    for pair in [(x, x), (shared(0.0), 1.0), x, (shared(0.0),)]:
        with pytest.raises(TypeError, match="pairs of a shared variable and a variab"):
            moving_averages([pair])

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import Scale
from brickyard.training.schedules import PolynomialSchedule


def test_values(follow, expect):
    values = expect(lambda g, theta, t: 0.3 * g)
    np.testing.assert_allclose(follow(lambda: Scale(0.3)), values, rtol=1e-12)


def test_values_with_a_schedule_that_starts_at_zero_steps(follow, expect):
    values = expect(lambda g, theta, t: 0.5 * (1 - (t - 1) / 10) * g if t <= 10 else 0)
    made = follow(lambda: Scale(PolynomialSchedule(0.5, num_steps=10)))
    np.testing.assert_allclose(made, values, rtol=1e-12)


def test_default_leaves_steps_alone():
    W = shared([1.0, 2.0], name="W", dtype="floatX")
    step, updates = Scale().compute_step(W, 3 * W)
    np.testing.assert_array_equal(evaluate(step), [3.0, 6.0])
    assert updates == []


def test_learning_rate_can_be_changed():
    rule = Scale(0.5)
    W = shared([2.0], name="W", dtype="floatX")
    step, _ = rule.compute_step(W, 1 * W)
    rule.learning_rate.set_value(0.25)
    np.testing.assert_array_equal(evaluate(step), [0.5])


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf")])
def test_bad_learning_rate(bad):
    with pytest.raises(ValueError, match="Scale: learning_rate must be finite and not"):
        Scale(bad)


def test_wrong_kind_of_learning_rate():
    with pytest.raises(TypeError, match="Scale: learning_rate must be a number, a sca"):
        Scale("fast")
    with pytest.raises(ValueError, match="must be a scalar of a float dtype, got v"):
        Scale(pt.vector("v"))

import numpy as np
import pytest

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import StepClipping, VariableClipping
from brickyard.training.schedules import ConstantSchedule


@pytest.fixture
def W():
    return shared(np.arange(6.0).reshape(2, 3), name="W", dtype="float64")


@pytest.mark.parametrize("threshold", [1.0, 3.0, 100.0, ConstantSchedule(3.0)])
def test_steps_are_clipped_together(W, threshold):
    b = shared([2.0, -1.0], name="b", dtype="float64")
    steps, _ = StepClipping(threshold).compute_steps({W: 1 * W, b: 2 * b})
    values = [W.get_value(), 2 * b.get_value()]
    norm = np.sqrt(sum((value**2).sum() for value in values))
    limit = getattr(threshold, "value", threshold)
    made = evaluate([steps[W], steps[b]])
    for value, clipped in zip(values, made, strict=True):
        np.testing.assert_allclose(clipped, value * min(1, limit / norm), rtol=1e-6)


def test_zero_steps_stay_zero(W):
    step, _ = StepClipping(1.0).compute_step(W, 0 * W)
    np.testing.assert_array_equal(evaluate(step), np.zeros((2, 3)))


def test_no_threshold_clips_nothing(W):
    steps, updates = StepClipping().compute_steps({W: W})
    assert steps == {W: W}
    assert updates == []


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
def test_parameters_are_clipped_after_the_update(W, axis):
    step, _ = VariableClipping(2.5, axis).compute_step(W, 0.1 * W)
    updated = 0.9 * W.get_value()
    norms = np.sqrt((updated**2).sum(axis=axis, keepdims=True))
    expected = updated * np.minimum(1, 2.5 / norms)
    np.testing.assert_allclose(evaluate(W - step), expected, rtol=1e-6)


def test_small_parameters_are_left_alone_and_zeros_survive():
    W = shared([[0.0, 0.0], [0.1, 0.2]], name="W", dtype="float64")
    step, _ = VariableClipping(1.0, axis=1).compute_step(W, 0 * W)
    np.testing.assert_array_equal(evaluate(step), np.zeros((2, 2)))


def test_bad_threshold():
    with pytest.raises(
        ValueError, match=r"StepClipping: threshold must .* greater than"
    ):
        StepClipping(0)
    with pytest.raises(
        ValueError, match="VariableClipping: threshold must be finite a"
    ):
        VariableClipping(-1)


def test_bad_axis(W):
    with pytest.raises(
        TypeError, match=r"axis must be an integer or integers, got 0\.5"
    ):
        VariableClipping(1.0, axis=0.5)
    with pytest.raises(
        ValueError, match=r"axis must name each axis once, got \(0, 0\)"
    ):
        VariableClipping(1.0, axis=(0, 0))
    with pytest.raises(ValueError, match=r"axis \(2,\) does not fit parameter W of 2"):
        VariableClipping(1.0, axis=2).compute_step(W, W)
    with pytest.raises(ValueError, match=r"axis \(0, -2\) does not fit parameter W"):
        VariableClipping(1.0, axis=(0, -2)).compute_step(W, W)

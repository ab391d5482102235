import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import RemoveNotFinite


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_bad_step_is_replaced(bad):
    W, g = shared([1.0, 2.0], name="W", dtype="floatX"), pt.vector("g")
    step, updates = RemoveNotFinite(0.75).compute_step(W, g)
    np.testing.assert_array_equal(evaluate(step, {g: [bad, 1.0]}), [0.25, 0.5])
    np.testing.assert_array_equal(evaluate(step, {g: [3.0, 1.0]}), [3.0, 1.0])
    assert updates == []


def test_a_step_whose_sum_overflows_is_kept():
    W = shared([1.0, 2.0], name="W", dtype="float32")
    g = pt.constant(np.array([3e38, 3e38], dtype="float32"))
    step, _ = RemoveNotFinite().compute_step(W, g)
    np.testing.assert_array_equal(evaluate(step), g.data)


def test_only_the_parameter_with_the_bad_step_is_affected():
    W, b = shared([1.0], name="W"), shared([1.0], name="b")
    steps, _ = RemoveNotFinite().compute_steps({W: W * np.nan, b: 2 * b})
    assert [v.tolist() for v in evaluate(list(steps.values()))] == [[0.0], [2.0]]


def test_bad_scaler():
    with pytest.raises(ValueError, match=r"RemoveNotFinite: scaler must .* \[0, 1\]"):
        RemoveNotFinite(2)
    with pytest.raises(TypeError, match="RemoveNotFinite: scaler must be a number"):
        RemoveNotFinite(None)

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.scan.utils import until

from brickyard.backends import compile, evaluate
from brickyard.backends.errors import ComputationError


def _scan(step, **kwargs):
    return pytensor.scan(step, return_updates=False, **kwargs)


def test_states_of_several_steps_and_their_gradient():
    start, a = pt.dvector("start"), pt.dscalar("a")
    series = _scan(
        lambda older, old, a: old + a * older,
        outputs_info=[{"initial": start, "taps": [-2, -1]}],
        non_sequences=[a],
        n_steps=6,
    )
    first = np.array([1.0, 2.0])

    def by_hand(a):
        values = list(first)
        for _ in range(6):
            values.append(values[-1] + a * values[-2])
        return np.array(values[2:])

    values = {start: first, a: 0.5}
    slope = (by_hand(0.5 + 1e-6) - by_hand(0.5 - 1e-6)).sum() / 2e-6
    found, gradient = evaluate([series, pytensor.grad(series.sum(), a)], values)
    np.testing.assert_allclose(found, by_hand(0.5), rtol=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6)


@pytest.mark.parametrize("kept", [slice(None), slice(-1, None), slice(-2, None)])
def test_states_outputs_and_their_last_values(kept):
    x = pt.dmatrix("x")
    state, double = _scan(
        lambda x, state: (x + state, 2 * state),
        sequences=[x],
        outputs_info=[pt.zeros(3, dtype="float64"), None],
    )
    data = np.arange(15.0).reshape(5, 3)
    sums = data.cumsum(axis=0)
    before = np.concatenate([np.zeros((1, 3)), sums[:-1]])
    found = evaluate([state[kept], double[kept]], {x: data})
    np.testing.assert_array_equal(found[0], sums[kept])
    np.testing.assert_array_equal(found[1], 2 * before[kept])


def test_sequences_may_be_longer_than_the_loop():
    x = pt.dvector("x")
    sums = _scan(
        lambda x, s: x + s,
        sequences=[x],
        outputs_info=[pt.zeros((), dtype="float64")],
        n_steps=3,
    )
    np.testing.assert_array_equal(evaluate(sums, {x: np.ones(5)}), [1, 2, 3])


def test_a_step_computes_in_the_types_it_declares():
    """A float32 state divided by an integer length stays float32, as in PyTensor."""
    x = pt.ftensor3("x")
    state = _scan(
        lambda x, state: state + x - x.mean(axis=1, keepdims=True),
        sequences=[x],
        outputs_info=[pt.zeros_like(x[0])],
    )
    data = np.random.default_rng(1).normal(size=(4, 2, 3)).astype("float32")
    expected = (data - data.mean(axis=2, keepdims=True)).cumsum(axis=0)
    found = evaluate(state, {x: data})
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_loop_that_ends_by_a_condition_is_refused():
    x = pt.dvector("x")
    sums = _scan(
        lambda x, s: (x + s, until(s > 2)),
        sequences=[x],
        outputs_info=[pt.zeros((), dtype="float64")],
    )
    with pytest.raises(ComputationError, match=r"by a condition.*backend='numba'"):
        compile([x], sums, backend="xla")(np.ones(9))


def test_a_number_of_steps_that_is_computed_is_refused():
    n, x = pt.lscalar("n"), pt.dscalar("x")
    powers = _scan(lambda s, x: s * x, outputs_info=[x], non_sequences=[x], n_steps=n)
    with pytest.raises(ComputationError, match="number of steps"):
        compile([n, x], powers, backend="xla")(3, 2.0)

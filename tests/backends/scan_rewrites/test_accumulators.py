import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites import simplify_step, sum_after_loop

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
Y = pt.tensor("y", dtype="float64", shape=(5, 3, 2))
W = pt.tensor("W", dtype="float64", shape=(3, 3))


def _sums(term, shape, sequences=(X, Y)):
    return pytensor.scan(
        lambda *args: args[-2] + term(*args[:-2], args[-1]),
        sequences=list(sequences),
        outputs_info=[pt.ones(shape, dtype="float64")],
        non_sequences=[W],
        return_updates=False,
    )


def _states(found):
    return [loop.op.info.n_sit_sot for loop in found.loops]


SUMS = {
    "product": (lambda x, y, W: x.T @ y, (4, 2)),
    "dot": (lambda x, y, W: pt.dot(x.T, y), (4, 2)),
    "transposed": (lambda x, y, W: (x.T @ y).T, (2, 4)),
    "two": (lambda x, y, W: x.T @ y + (2 * x).T @ pt.exp(y), (4, 2)),
    "rows": (lambda x, y, W: (x * y[:, :1]).sum(axis=0), (4,)),
    "all": (lambda x, y, W: (x * y[:, :1]).sum(), ()),
    "constant on the left": (lambda x, y, W: W @ y, (3, 2)),
    "constant on the right": (lambda x, y, W: y.T @ W, (2, 3)),
    "both constant": (lambda x, y, W: W @ W, (3, 3)),
}


@pytest.mark.parametrize("kind", SUMS)
def test_a_sum_of_products_or_sums_leaves_the_loop(rewritten, kind):
    sums = _sums(*SUMS[kind])
    assert _states(rewritten([sums[-1]], simplify_step)) == [1]
    found = rewritten([sums[-1]], simplify_step, sum_after_loop)
    assert sum(_states(found)) == 0
    rng = np.random.default_rng(1)
    values = {X: rng.normal(size=(5, 3, 4)), Y: rng.normal(size=(5, 3, 2))}
    values[W] = rng.normal(size=(3, 3))
    term = SUMS[kind][0]
    steps = [term(X[t], Y[t], W) for t in range(5)]
    expected = evaluate(1 + sum(steps), values)
    np.testing.assert_allclose(evaluate(sums[-1], values), expected, rtol=1e-10)


def test_a_sum_of_which_other_values_are_used_stays(rewritten):
    sums = _sums(*SUMS["product"])
    for outputs in ([sums], [sums[-1], sums[2]], [sums[:-1][-1]]):
        assert _states(rewritten(outputs, simplify_step, sum_after_loop)) == [1]


def test_a_sum_that_the_step_reads_stays(rewritten):
    total, other = pytensor.scan(
        lambda x, y, total, other: (total + x.T @ y, 2 * other + total.sum()),
        sequences=[X, Y],
        outputs_info=[
            pt.zeros((4, 2), dtype="float64"),
            pt.zeros((), dtype="float64"),
        ],
        return_updates=False,
    )
    found = rewritten([total[-1], other[-1]], simplify_step, sum_after_loop)
    assert _states(found) == [2]


def test_a_sum_of_something_else_stays(rewritten):
    sums = _sums(lambda x, y, W: pt.exp(x), (3, 4))
    assert _states(rewritten([sums[-1]], simplify_step, sum_after_loop)) == [1]


def test_a_state_that_is_more_than_a_sum_stays(rewritten):
    state = pytensor.scan(
        lambda x, h: 2 * h + x.T @ x,
        sequences=[X],
        outputs_info=[pt.zeros((4, 4), dtype="float64")],
        return_updates=False,
    )
    assert _states(rewritten([state[-1]], simplify_step, sum_after_loop)) == [1]


def test_the_gradient_of_a_weight_is_one_product(rewritten):
    V = pt.tensor("V", dtype="float64", shape=(4, 4))
    h = pytensor.scan(
        lambda x, h, V: pt.tanh(x + h @ V),
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[V],
        return_updates=False,
    )
    gradient = [pytensor.grad((h**2).sum(), V)]
    before = rewritten(gradient, simplify_step)
    after = rewritten(gradient, simplify_step, sum_after_loop)
    assert (before.dots, before.dots_inside) == (0, [1, 2])
    assert (after.dots, after.dots_inside) == (1, [1, 1])

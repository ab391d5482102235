import numpy as np
import pytensor
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate
from brickyard.backends.scan_rewrites import join_products, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
WEIGHTS = [pt.tensor(f"W{k}", dtype="float64", shape=(4, 4)) for k in range(4)]


def _loop(step, *weights, outputs=0):
    return pytensor.scan(
        step,
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64"), *[None] * outputs],
        non_sequences=list(weights),
        return_updates=False,
    )


def _gates(kept):
    def step(x, h, *weights):
        gates = [pt.tanh(x + pt.dot(h, W)) for W in weights]
        new = gates[0] * gates[1] + gates[2]
        return [new, *gates] if kept else new

    return step


def _dots(found):
    return found.dots_inside


def test_products_of_one_state_are_joined_where_values_are_kept(rewritten):
    results = _loop(_gates(True), *WEIGHTS[:3], outputs=3)
    assert _dots(rewritten(results, simplify_step)) == [3]
    assert _dots(rewritten(results, simplify_step, join_products)) == [1]


def test_they_stay_where_nothing_is_kept(rewritten):
    results = [_loop(_gates(False), *WEIGHTS[:3])]
    assert _dots(rewritten(results, simplify_step, join_products)) == [3]


def test_two_products_stay(rewritten):
    def step(x, h, U, V):
        a, b = pt.tanh(pt.dot(h, U)), pt.tanh(pt.dot(h, V))
        return x + a * b, a, b

    results = _loop(step, *WEIGHTS[:2], outputs=2)
    assert _dots(rewritten(results, simplify_step, join_products)) == [2]


def _sum_of_products(x, h, *weights):
    factors = [pt.sin((k + 1) * h) for k in range(len(weights))]
    products = [pt.dot(f, W) for f, W in zip(factors, weights, strict=True)]
    return pt.tanh(x + sum(products))


def test_a_sum_of_products_is_one_product(rewritten):
    results = [_loop(_sum_of_products, *WEIGHTS)]
    assert _dots(rewritten(results, simplify_step)) == [4]
    assert _dots(rewritten(results, simplify_step, join_products)) == [1]


def test_products_that_are_used_elsewhere_stay(rewritten):
    def step(x, h, *weights):
        products = [pt.dot(pt.sin((k + 1) * h), W) for k, W in enumerate(weights)]
        return pt.tanh(x + sum(products)), *[pt.exp(p) for p in products]

    results = _loop(step, *WEIGHTS[:3], outputs=3)
    assert _dots(rewritten(results, simplify_step, join_products)) == [3]


def test_values_and_gradients():
    rng = np.random.default_rng(1)
    values = {X: rng.normal(size=(5, 3, 4))}
    values |= {W: 0.5 * rng.normal(size=(4, 4)) for W in WEIGHTS}
    gates = _loop(_gates(True), *WEIGHTS[:3], outputs=3)
    cost = sum((g**2).sum() for g in gates) + _loop(_sum_of_products, *WEIGHTS).sum()
    outputs = [cost, *pytensor.grad(cost, [X, *WEIGHTS])]
    plain = compile(list(values), outputs, scan_rewrites=False)
    for found, expected in zip(
        evaluate(outputs, values), plain(*values.values()), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-10)

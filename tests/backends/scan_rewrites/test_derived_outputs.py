import numpy as np
import pytensor
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate
from brickyard.backends.scan_rewrites import derive_after_loop, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
BOTH = (simplify_step, derive_after_loop)


def _outputs(*formulas):
    """Return a state and outputs computed from an element x and the new state h."""

    def step(x, h):
        h = pt.tanh(x + h)
        return h, *[formula(x, h) for formula in formulas]

    return pytensor.scan(
        step,
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64"), *[None] * len(formulas)],
        return_updates=False,
    )


def _kept(found):
    return found.loops[0].op.info.n_nit_sot


def _check(outputs, kept, rewritten):
    before, after = rewritten(outputs, simplify_step), rewritten(outputs, *BOTH)
    assert _kept(before) == len(outputs) - 1
    assert _kept(after) == kept
    data = np.random.default_rng(1).normal(size=(5, 3, 4))
    for found, expected in zip(
        evaluate(outputs, {X: data}), _by_hand(outputs, data), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def _by_hand(outputs, data):
    return compile([X], outputs, scan_rewrites=False)(data)


def test_a_product_with_a_sequence_is_computed_afterwards(rewritten):
    outputs = _outputs(lambda x, h: pt.exp(h), lambda x, h: pt.exp(h) * x)
    _check(outputs, 1, rewritten)


def test_a_product_of_more_factors_is_found_again(rewritten):
    """PyTensor merges the factors: e * (1 - x) is no part of e * (1 - x) * x."""

    def gate(x, h):
        return pt.exp(h) * (1 - x)

    outputs = _outputs(gate, lambda x, h: gate(x, h) * x)
    _check(outputs, 1, rewritten)


def test_functions_stay(rewritten):
    outputs = _outputs(lambda x, h: pt.exp(h), lambda x, h: pt.sin(pt.exp(h)))
    _check(outputs, 2, rewritten)


def test_one_of_two_that_follow_from_each_other_stays(rewritten):
    outputs = _outputs(lambda x, h: pt.exp(h) + x, lambda x, h: pt.exp(h) + x + 2)
    assert _kept(rewritten(outputs, *BOTH)) >= 1
    _check(outputs, _kept(rewritten(outputs, *BOTH)), rewritten)

import numpy as np
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.attention import GenericSequenceAttention
from brickyard.testing import check_brick

ENERGIES = np.random.default_rng(1).normal(size=(4, 3))
ATTENDED = np.random.default_rng(2).normal(size=(4, 3, 2))
MASK = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=float)


def make_attention():
    return GenericSequenceAttention(["states"], [3], 2)


def test_checks():
    check_brick(
        make_attention,
        {"energies": ENERGIES, "attended_mask": MASK},
        application="compute_weights",
        parameters={},
        rows_are_independent=False,
    )
    check_brick(
        make_attention,
        {"weights": ENERGIES, "attended": ATTENDED},
        application="compute_weighted_averages",
        parameters={},
        rows_are_independent=False,
    )


def test_weights_and_averages():
    attention = make_attention()
    energies, mask, attended = pt.dmatrix(), pt.dmatrix(), pt.dtensor3()
    weights = attention.compute_weights(energies, mask)
    averages = attention.compute_weighted_averages(weights, attended)
    given = {energies: ENERGIES, mask: MASK, attended: ATTENDED}
    found = evaluate(weights, given)
    for column, length in enumerate([4, 2, 0]):
        kept = np.exp(ENERGIES[:length, column])
        np.testing.assert_allclose(found[:length, column], kept / kept.sum())
        assert not found[length:, column].any()
    expected = np.einsum("tb,tbd->bd", found, ATTENDED)
    np.testing.assert_allclose(evaluate(averages, given), expected, rtol=1e-12)
    assert not expected[2].any()

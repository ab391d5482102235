import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.attention import masked_softmax

ENERGIES = np.random.default_rng(1).normal(size=(4, 3))
MASK = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1]])


def weights_of(energies, mask):
    kept = np.exp(energies) * mask
    sums = kept.sum(axis=1, keepdims=True)
    return kept / np.where(sums == 0, 1, sums)


@pytest.mark.parametrize("dtype", ["bool", "int64", "float32"])
def test_values(dtype):
    x, mask = pt.dmatrix("x"), pt.tensor("mask", dtype=dtype, shape=(None, None))
    weights = evaluate(
        masked_softmax(x, mask, axis=1), {x: ENERGIES, mask: MASK.astype(dtype)}
    )
    np.testing.assert_allclose(weights, weights_of(ENERGIES, MASK), rtol=1e-12)


def test_without_mask():
    x = pt.dmatrix("x")
    weights = evaluate(masked_softmax(x, None, axis=0), {x: ENERGIES})
    expected = weights_of(ENERGIES.T, np.ones((3, 4))).T
    np.testing.assert_allclose(weights, expected, rtol=1e-12)


@pytest.mark.parametrize("huge", [3e38, -3e38, 1e4, -1e4])
def test_huge_energies_do_not_matter(huge):
    x, mask = pt.fmatrix("x"), pt.fmatrix("mask")
    weights = masked_softmax(x, mask, axis=1)
    given = {x: [[huge, 1, 1], [huge, huge, huge]], mask: [[0, 1, 1], [0, 0, 0]]}
    assert evaluate(weights, given).tolist() == [[0, 0.5, 0.5], [0, 0, 0]]


def test_gradient_is_finite_and_zero_where_nothing_is_kept():
    x, mask = pt.dmatrix("x"), pt.dmatrix("mask")
    weights = masked_softmax(x, mask, axis=1)
    target = np.random.default_rng(2).normal(size=ENERGIES.shape)
    gradient = evaluate(pt.grad((weights * target).sum(), x), {x: ENERGIES, mask: MASK})
    w = weights_of(ENERGIES, MASK)
    expected = w * (target - (w * target).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(gradient, expected, atol=1e-12)

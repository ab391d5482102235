import numpy as np
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites.derivation import derived, follows

X, H = pt.dmatrix("x"), pt.dmatrix("h")
ROWS = pt.dtensor3("xs")


def test_sums_and_products_of_known_things_follow():
    product = (1 - X) * X.T
    assert follows(product, {X})
    assert follows(product + H, {product, H})
    assert follows(pt.constant(1.0), {X})


def test_functions_and_unknown_things_do_not():
    assert not follows(pt.exp(X), {X})
    assert not follows(X * H, {X})
    assert not follows(pt.dot(X, X), {X})


def test_values_in_all_steps():
    data = np.random.default_rng(1).normal(size=(4, 2, 3))
    known = {X: ROWS}
    values = derived((1 - X) * X, known)
    np.testing.assert_allclose(evaluate(values, {ROWS: data}), (1 - data) * data)
    assert any(value is values for value in known.values())


def test_what_has_no_form_for_all_steps():
    assert derived(pt.sort(X, axis=0), {X: ROWS}) is None
    assert derived(2 * pt.sort(X, axis=0), {X: ROWS}) is None

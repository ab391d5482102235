import numpy as np
import pytest
from pytensor import tensor as pt
from pytensor.graph.traversal import ancestors
from scipy import special

from brickyard.backends import evaluate
from brickyard.bricks.log_domain import (
    log_of_softmax,
    logits_of_sigmoid,
    safe_log,
    safe_log1m,
)

# What may lie between a softmax or sigmoid and the cost: on variables and on arrays.
MOVES = {
    "nothing": lambda p: p,
    "copy": lambda p: p.copy() if isinstance(p, np.ndarray) else p.copy(name="c"),
    "reshape": lambda p: p.reshape((2, 12)),
    "transpose": lambda p: p.T,
    "slice": lambda p: p[1:, ::2],
    "one element": lambda p: p[1, 2],
    "indexing": lambda p: p[[2, 0]],
    "several": lambda p: p.T[:3].reshape((3, 6)),
}


def logits():
    return 3 * np.random.default_rng(1).normal(size=(6, 4))


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("axis", [0, 1, None])
def test_log_of_a_softmax_that_was_moved(move, axis):
    x = pt.dmatrix("x")
    logarithm = log_of_softmax(move(pt.special.softmax(x, axis=axis)))
    np.testing.assert_allclose(
        evaluate(logarithm, {x: logits()}),
        move(special.log_softmax(logits(), axis=axis)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_logits_of_a_sigmoid_that_was_moved(move):
    x = pt.dmatrix("x")
    found = logits_of_sigmoid(move(pt.sigmoid(x)))
    np.testing.assert_array_equal(evaluate(found, {x: logits()}), move(logits()))


@pytest.mark.parametrize("find", [log_of_softmax, logits_of_sigmoid])
@pytest.mark.parametrize(
    "make", [lambda x: x, lambda x: x.T, pt.exp, lambda x: 0.5 * pt.sigmoid(x) + 0.5]
)
def test_other_variables_are_not_recognised(find, make):
    assert find(make(pt.matrix("x"))) is None


def test_sources_are_what_the_result_is_computed_from():
    x, n = pt.matrix("x"), pt.lscalar("n")
    sources = []
    logarithm = log_of_softmax(pt.special.softmax(x, axis=1)[:n].T, sources)
    assert logarithm is not None
    assert sources[0] is x
    assert n in ancestors(sources)


def test_sources_are_left_alone_where_nothing_is_recognised():
    sources = []
    assert logits_of_sigmoid(pt.tanh(pt.matrix("x")), sources) is None
    assert sources == []


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_safe_logarithms_are_finite_with_finite_gradients(dtype):
    p = pt.vector("p", dtype=dtype)
    values = np.array([0, 1e-300, 1e-30, 0.5, 1], dtype=dtype)
    total = safe_log(p).sum() + safe_log1m(p).sum()
    results = evaluate([safe_log(p), safe_log1m(p), pt.grad(total, p)], {p: values})
    assert all(np.isfinite(result).all() for result in results)
    assert results[0].dtype == results[1].dtype == dtype


def test_safe_logarithms_agree_with_numpy_where_it_is_finite():
    p = pt.dvector("p")
    values = np.linspace(0.01, 0.99, 9)
    below, above = evaluate([safe_log(p), safe_log1m(p)], {p: values})
    np.testing.assert_allclose(below, np.log(values), rtol=1e-12)
    np.testing.assert_allclose(above, np.log1p(-values), rtol=1e-12)


def test_safe_logarithms_let_nan_pass():
    p = pt.vector("p")
    results = evaluate([safe_log(p), safe_log1m(p)], {p: [np.nan]})
    assert np.isnan(results).all()

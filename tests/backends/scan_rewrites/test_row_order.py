import numpy as np
import pytest
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out
from pytensor.graph.traversal import ancestors
from pytensor.tensor.subtensor import Subtensor, get_idx_list

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites.row_order import (
    is_turned,
    sum_in_order,
    turned,
)

X = pt.tensor("x", dtype="float64", shape=(5, 3))
Y = pt.tensor("y", dtype="float64", shape=(5, 3))
ROW = pt.tensor("row", dtype="float64", shape=(1, 3))


def test_what_is_turned():
    for variable in (X[::-1], X[:-1][::-1], X[::-1] * 2, X[::-1] + ROW):
        assert is_turned(variable)
    for variable in (X, X[1:], X + Y, X[:, ::-1], X[::-1].T, pt.dot(X[::-1], X.T)):
        assert not is_turned(variable)


@pytest.mark.parametrize(
    "variable",
    [X, X[::-1], X[3:0:-1], X[::-1] * Y + ROW, X[::-1].dimshuffle(0, "x", 1)],
)
def test_turned_rows(variable):
    rng = np.random.default_rng(1)
    values = {X: rng.normal(size=(5, 3)), Y: rng.normal(size=(5, 3))}
    values[ROW] = rng.normal(size=(1, 3))
    known = {v: values[v] for v in ancestors([variable]) if v in values}
    expected = evaluate(variable, known)[::-1]
    np.testing.assert_array_equal(evaluate(turned(variable), known), expected)


def _reversals(output):
    graph = FunctionGraph(outputs=[output], clone=True)
    in2out(sum_in_order).rewrite(graph)
    slices = [
        get_idx_list(node.inputs, node.op.idx_list)[0]
        for node in graph.apply_nodes
        if isinstance(node.op, Subtensor)
    ]
    return sum(s.step is not None and int(s.step.data) == -1 for s in slices)


def test_a_sum_over_rows_is_taken_in_order():
    assert _reversals((X[::-1] * Y[::-1]).sum(axis=0)) == 0
    assert _reversals((X[::-1] * Y[::-1]).sum()) == 0
    total = (X[::-1] * pt.exp(Y[::-1])).sum(axis=0)
    rng = np.random.default_rng(1)
    values = {X: rng.normal(size=(5, 3)), Y: rng.normal(size=(5, 3))}
    expected = (values[X] * np.exp(values[Y])).sum(axis=0)
    np.testing.assert_allclose(evaluate(total, values), expected, rtol=1e-12)


def test_other_sums_stay():
    assert _reversals((X[::-1] * Y[::-1]).sum(axis=1)) == 2
    assert _reversals((X[::-1] * Y[::-1]).max(axis=0)) == 2
    assert _reversals((X[::-1] * Y).sum(axis=0)) == 1
    assert _reversals(X[::-1].sum(axis=0)) == 1

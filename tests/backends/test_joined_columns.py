import numpy as np
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out
from pytensor.tensor.basic import Join

from brickyard.backends import evaluate
from brickyard.backends.joined_columns import (
    join_columns,
    joined_columns,
    sliced_columns,
    sum_columns,
)

X = pt.tensor("x", dtype="float64", shape=(2, 3, 5))
A = pt.tensor("a", dtype="float64", shape=(2, 3, 2))
B = pt.tensor("b", dtype="float64", shape=(2, 3, 3))


def _rewritten(output, *rewrites):
    graph = FunctionGraph(outputs=[output], clone=False)
    in2out(*rewrites).rewrite(graph)
    return graph.outputs[0]


def _written(*parts):
    result = pt.zeros((2, 3, 5), dtype="float64")
    for columns, part in parts:
        result = pt.inc_subtensor(result[..., columns], part)
    return result


def test_columns_of_all_rows():
    assert sliced_columns(X[:, :, 1:4].owner) == (1, 4)
    assert sliced_columns(X[:, :, :-1].owner) == (0, 4)
    written = pt.set_subtensor(X[:, :, 3:], A)
    assert sliced_columns(written.owner) == (3, 5)


def test_other_slices_are_not_columns():
    for other in (X[1:, :, 1:4], X[:, :, ::2], X[:, 1:3], X[:, :, : pt.lscalar()]):
        assert sliced_columns(other.owner) is None


def test_parts_that_are_written_into_zeros_are_joined():
    written = _written((slice(2, 5), B), (slice(0, 2), A))
    joined = _rewritten(written, join_columns)
    assert isinstance(joined.owner.op, Join)
    values = {A: np.full((2, 3, 2), 2.0), B: np.full((2, 3, 3), 3.0)}
    np.testing.assert_array_equal(
        evaluate(written, values), np.concatenate([values[A], values[B]], axis=2)
    )


def test_gradients_of_slices_are_joined():
    total = _written((slice(0, 2), A)) + _written((slice(2, 5), B))
    assert isinstance(_rewritten(total, join_columns).owner.op, Join)


def test_parts_with_gaps_or_overlaps_are_not_joined():
    for parts in (
        [(slice(0, 2), A), (slice(3, 5), A)],
        [(slice(0, 2), A), (slice(1, 4), B)],
        [(slice(0, 3), B)],
    ):
        written = _rewritten(_written(*parts), join_columns)
        assert not isinstance(written.owner.op, Join)


def test_joined_columns_also_row_by_row():
    assert joined_columns(pt.join(2, A, B)) == [A, B]
    parts = joined_columns(pt.join(-1, A, B).reshape((6, 5)))
    assert [part.type.shape for part in parts] == [(6, 2), (6, 3)]
    for other in (X, pt.join(0, X, X), pt.join(2, A, B).reshape((2, 15))):
        assert joined_columns(other) is None


def test_rows_are_summed_before_columns_are_joined():
    joined = pt.join(2, A, B)
    total = _rewritten(joined.sum(axis=(0, 1)), sum_columns)
    assert isinstance(total.owner.op, Join)
    rng = np.random.default_rng(1)
    values = {A: rng.normal(size=(2, 3, 2)), B: rng.normal(size=(2, 3, 3))}
    expected = np.concatenate([values[A], values[B]], axis=2).sum(axis=(0, 1))
    np.testing.assert_allclose(evaluate(total, values), expected, rtol=1e-12)


def test_a_sum_over_columns_and_a_maximum_stay():
    joined = pt.join(2, A, B)
    for other in (joined.sum(axis=2), joined.sum(), joined.max(axis=0)):
        assert not isinstance(_rewritten(other, sum_columns).owner.op, Join)

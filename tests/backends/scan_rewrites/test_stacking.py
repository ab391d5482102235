import numpy as np
import pytest
from pytensor import tensor as pt
from pytensor.graph.traversal import ancestors
from pytensor.tensor.blockwise import Blockwise

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites.stacking import rows_like, stacked

A = pt.tensor("a", dtype="float64", shape=(3, 4))
B = pt.tensor("b", dtype="float64", shape=(4, 2))
ROW = pt.tensor("row", dtype="float64", shape=(1, 4))

NODES = {
    "product": (pt.dot(A, B), [A]),
    "function": (pt.tanh(A), [A]),
    "two": (A * ROW, [A]),
    "both": (A * ROW, [A, ROW]),
    "columns": (A[:, 1:3], [A]),
    "sum": (A.sum(axis=1), [A]),
    "transposed": (A.T, [A]),
    "softmax": (pt.special.softmax(A, axis=1), [A]),
    "joined": (pt.join(1, A, A), [A]),
    "constant": (pt.exp(A), []),
}


@pytest.mark.parametrize("kind", NODES)
def test_all_steps_at_once_are_what_each_step_gives(kind):
    output, varying = NODES[kind]
    node = output.owner
    rng = np.random.default_rng(1)
    rows = {v: rows_like(v) for v in varying}
    (result,) = stacked(node, [rows.get(v, v) for v in node.inputs])
    values = {v: rng.normal(size=(5, *v.type.shape)) for v in varying}
    fixed = {
        v: rng.normal(size=v.type.shape)
        for v in node.inputs
        if v.owner is None and v.name and v not in rows
    }
    together = evaluate(result, {rows[v]: values[v] for v in varying} | fixed)
    if not varying:
        np.testing.assert_allclose(together, evaluate(output, fixed))
        return
    for t in range(5):
        alone = evaluate(output, {v: values[v][t] for v in varying} | fixed)
        np.testing.assert_allclose(together[t], alone, rtol=1e-12)


def test_rows_of_all_steps_are_one_product():
    (result,) = stacked(pt.dot(A, B).owner, [rows_like(A), B])
    ops = [v.owner.op for v in ancestors([result]) if v.owner is not None]
    assert not any(isinstance(op, Blockwise) for op in ops)


@pytest.mark.parametrize(
    ("output", "varying"),
    [
        (pt.dot(A, B), [B]),
        (pt.dot(A, B), [A, B]),
        (pt.sort(A, axis=0), [A]),
        (ROW + pt.tensor("c", dtype="float64", shape=(3, 4)), [ROW]),
        (pt.random.normal(A, rng=pt.random.rng("rng"), return_next_rng=True)[1], [A]),
    ],
)
def test_what_is_left_in_the_loop(output, varying):
    node = output.owner
    operands = [rows_like(v) if v in varying else v for v in node.inputs]
    assert stacked(node, operands) is None

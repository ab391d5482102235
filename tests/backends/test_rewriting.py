import pytest
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.scalar.basic import Composite
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot

from brickyard.backends import evaluate
from brickyard.backends.rewriting import rewrite_for_xla, rewrite_step


def _graph():
    x, W = pt.tensor("x", shape=(2, 3)), pt.tensor("W", shape=(3, 4))
    return FunctionGraph([x, W], [pt.exp(pt.tanh(x @ W) + 0) * 2], clone=False)


def test_a_graph_is_simplified_and_fusing_is_left_to_xla():
    graph = _graph()
    rewrite_for_xla(graph)
    ops = [node.op for node in graph.toposort()]
    assert any(isinstance(op, Dot) for op in ops)
    scalar = [op.scalar_op for op in ops if isinstance(op, Elemwise)]
    assert not any(isinstance(op, Composite) for op in scalar)
    assert len(scalar) == 3


def test_the_graph_of_a_step_stays_as_it_is():
    graph = _graph()
    before = graph.toposort()
    step = rewrite_step(graph)
    assert graph.toposort() == before
    assert step is not graph
    assert len(step.apply_nodes) < len(graph.apply_nodes)


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_one_row_of_a_reversed_slice_is_the_last_one(backend):
    x = pt.tensor("x", shape=(3, 2))
    last = evaluate(x[::-1][:1].sum(axis=0), {x: [[1, 2], [3, 4], [5, 6]]}, backend)
    assert last.tolist() == [5, 6]

import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.graph.basic import NominalVariable

from brickyard.graph.traversal import (
    is_input,
    originals,
    sorted_nodes,
    sorted_variables,
)


def test_nodes_come_after_those_they_depend_on_left_first():
    x, y = pt.scalars("x", "y")
    shared_part = pt.exp(x)
    total = (shared_part + pt.log(y)) * shared_part
    names = [str(node.op) for node in sorted_nodes([total])]
    assert names == ["Exp", "Log", "Add", "Mul"]


def test_variables_are_listed_once_and_in_order():
    x, y = pt.scalars("x", "y")
    total = x + y
    product = total * x
    assert sorted_variables([product, x, total]) == [x, y, total, product]
    assert sorted_variables([x, x]) == [x]


def test_unused_outputs_are_left_out():
    largest, where = pt.max_and_argmax(pt.vector("x"))
    assert where not in sorted_variables([largest])
    assert where in sorted_variables([largest, where])


def test_known_variables_are_left_out():
    x = pt.scalar("x")
    y = pt.exp(x)
    z = pt.log(y)
    assert sorted_variables([z], known={y}) == [z]
    assert [node.op for node in sorted_nodes([z], known={y})] == [z.owner.op]


def test_order_follows_the_expression():
    x, y, z = pt.scalars("x", "y", "z")
    inner = y + x
    outer = z + inner
    assert sorted_variables([outer]) == [y, x, inner, z, outer]


def test_graphs_deeper_than_the_recursion_limit():
    x = deep = pt.scalar("x")
    for _ in range(5000):
        deep = -deep
    assert len(sorted_nodes([deep])) == 5000
    assert sorted_variables([deep])[0] is x


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        (pt.scalar(), True),
        (pt.scalar() + 1, False),
        (pt.constant(1), False),
        (pytensor.shared(1.0), False),
        (NominalVariable(0, pt.scalar().type), False),
    ],
)
def test_is_input(variable, expected):
    assert is_input(variable) is expected


def test_originals_of_copies():
    x = pt.vector("x")
    twice = 2 * x
    copy = twice.copy().copy(name="copy")
    assert list(originals(copy))[0::2] == [copy, twice]
    assert list(originals(x)) == [x]

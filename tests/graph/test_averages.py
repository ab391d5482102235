import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.cost import SquaredError
from brickyard.graph import ComputationGraph, apply_dropout, average, average_parts


def parts_of(variable, givens):
    return [float(value) for value in evaluate(list(average_parts(variable)), givens)]


def test_total_and_number_can_be_read_back():
    x = pt.fvector("x")
    values = {x: np.float32([1, 2, 6])}
    mean = average(x.sum(), x.shape[0])
    assert (mean.dtype, evaluate(mean, values).item()) == ("float32", 3.0)
    assert parts_of(mean, values) == [9.0, 3.0]
    assert parts_of(mean.copy(name="a").copy(name="b"), values) == [9.0, 3.0]


@pytest.mark.parametrize("total", [pt.lscalar("n"), pt.bscalar("n"), 3])
def test_averages_of_counts_are_floatx(total):
    assert average(total, 2).dtype == pytensor.config.floatX == "float32"
    assert average(pt.dscalar(), pt.fscalar()).dtype == "float64"


@pytest.mark.parametrize("change", [lambda v: v + 1, lambda v: 2 * v, pt.sqrt])
def test_expressions_of_averages_are_none(change):
    assert average_parts(change(average(pt.scalar(), 2))) is None


def test_what_was_made_by_division_alone_is_none():
    x = pt.vector("x")
    assert average_parts(x.mean()) is None
    assert average_parts(x) is None


def test_parts_belong_to_the_graph_after_replacement():
    x, longer = pt.fvector("x"), pt.fvector("longer")
    mean = average(x.sum(), x.shape[0]).copy(name="mean")
    graph = ComputationGraph(mean).replace({x: longer * 2})
    assert graph.inputs == [longer]
    assert ComputationGraph(average_parts(graph.outputs[0])).inputs == [longer]
    assert parts_of(graph.outputs[0], {longer: np.float32([1, 2])}) == [6.0, 2.0]


def test_parts_belong_to_the_graph_with_dropout():
    y, x = pt.fmatrix("y"), pt.fmatrix("x")
    cost = SquaredError().apply(y, x)
    dropped = apply_dropout(ComputationGraph(cost), [x], 0.5, seed=1).outputs[0]
    values = {y: np.zeros((3, 50), "float32"), x: np.ones((3, 50), "float32")}
    # In one call, so that all of them see one draw of the masks.
    total, number, mean = evaluate([*average_parts(dropped), dropped], values)
    assert (float(total), float(number)) == (pytest.approx(3 * float(mean)), 3)
    # Each of the 150 elements is 0 or 2, squared.
    assert total % 4 == 0
    assert parts_of(cost, values) == [150, 3]


def test_an_average_that_became_an_input_is_none():
    mean = average(pt.scalar("total"), 2)
    assert average_parts(mean.clone()) is None


def test_refusals():
    x = pt.vector("errors")
    with pytest.raises(ValueError, match=r"total must be a scalar, got errors with 1"):
        average(x, 2)
    with pytest.raises(ValueError, match=r"num_examples must be a scalar.*sum it fir"):
        average(x.sum(), x)
    with pytest.raises(TypeError, match=r"num_examples must be a scalar, got 'many'"):
        average(x.sum(), "many")
    with pytest.raises(TypeError, match="total must be real, got complex64"):
        average(pt.cscalar(), 2)

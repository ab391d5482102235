import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, shared
from brickyard.graph import (
    BIAS,
    COLLECTED,
    COLLECTOR,
    WEIGHT,
    ComputationGraph,
    VariableFilter,
    add_role,
    collect_parameters,
)


@pytest.fixture
def model():
    x = pt.matrix("x")
    W = shared(np.arange(6.0).reshape(2, 3), name="W", dtype="floatX")
    b = shared([7.0, 8.0, 9.0], name="b", dtype="floatX")
    add_role(W, WEIGHT)
    add_role(b, BIAS)
    return x, W, b, ComputationGraph((x @ W + b).sum())


def test_values_are_those_of_the_parts(model):
    x, W, b, graph = model
    collected = collect_parameters(graph, [W, b])
    [vector] = collected.parameters
    assert vector.name == "collected_parameters"
    assert vector.tag.roles == [COLLECTOR]
    np.testing.assert_array_equal(vector.get_value(), [0, 1, 2, 3, 4, 5, 7, 8, 9])
    value = np.array([[1, 2], [3, 4]], dtype=x.dtype)
    for each in (graph, collected):
        expected = (value @ W.get_value() + b.get_value()).sum()
        np.testing.assert_allclose(evaluate(each.outputs[0], {x: value}), expected)


def test_parts_have_role_name_shape_and_origin(model):
    _, W, b, graph = model
    collected = collect_parameters(graph, [W, b])
    parts = VariableFilter(roles=[COLLECTED])(collected.variables)
    assert {part.tag.replacement_of: part.name for part in parts} == {W: "W", b: "b"}
    assert {part.type.shape for part in parts} == {(2, 3), (3,)}


def test_gradients_reach_the_vector(model):
    x, W, b, graph = model
    collected = collect_parameters(graph, [W, b])
    gradient = pytensor.grad(collected.outputs[0], collected.parameters[0])
    value = np.array([[1, 2], [3, 4]], dtype=x.dtype)
    expected = np.concatenate([np.repeat(value.sum(axis=0), 3), [2, 2, 2]])
    np.testing.assert_allclose(evaluate(gradient, {x: value}), expected)


def test_some_parameters_alone(model):
    _, W, b, graph = model
    collected = collect_parameters(graph, iter([b, b]))
    assert set(collected.parameters) == {W, *collected.parameters} - {b}
    assert len(collected.parameters) == 2


def test_wrong_parameters(model):
    x, W, b, graph = model
    with pytest.raises(ValueError, match="there are no parameters to collect"):
        collect_parameters(graph, [])
    with pytest.raises(TypeError, match="parameters must be a list, got W"):
        collect_parameters(graph, W)
    with pytest.raises(TypeError, match="x of type TensorVariable is not a shared"):
        collect_parameters(graph, [x])
    double = shared(np.ones(2, dtype="float64"), name="double")
    with pytest.raises(TypeError, match="W is float32, double is float64; collect the"):
        collect_parameters(graph, [W, double])
    other = shared([1.0], name="other", dtype="floatX")
    with pytest.raises(ValueError, match="collect_parameters: other is not part of"):
        collect_parameters(graph, [b, other])

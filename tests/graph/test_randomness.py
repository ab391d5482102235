import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, random_stream
from brickyard.graph import ComputationGraph, apply_dropout
from brickyard.graph.randomness import (
    change_at_random,
    float_variables,
    require_number,
    stream_of,
)


@pytest.fixture
def graph():
    return ComputationGraph(pt.vector("x") * 2)


def test_the_default_stream_depends_on_the_generators_there_are(graph):
    first = stream_of(None, None, graph, "who").seed
    assert stream_of(None, None, graph, "who").seed == first
    noisy = ComputationGraph(graph.outputs[0] + random_stream(3).normal())
    assert stream_of(None, None, noisy, "who").seed != first


def test_a_stream_or_a_seed(graph):
    stream = random_stream(3)
    assert stream_of(stream, None, graph, "who") is stream
    assert stream_of(None, 5, graph, "who").seed == 5
    with pytest.raises(ValueError, match="who: give either rng or seed, not both"):
        stream_of(stream, 5, graph, "who")
    with pytest.raises(TypeError, match=r"random_stream, got Generator"):
        stream_of(np.random.default_rng(1), None, graph, "who")


def test_variables_are_checked_and_made_unique(graph):
    [x] = graph.inputs
    assert float_variables(graph, [x, x], "who") == [x]
    with pytest.raises(TypeError, match="who: variables must be a list, got x"):
        float_variables(graph, x, "who")
    with pytest.raises(TypeError, match="who: 'x' of type str is not a PyTensor"):
        float_variables(graph, ["x"], "who")
    with pytest.raises(TypeError, match="only tensors of floats can be changed"):
        float_variables(graph, [pt.lscalar("n")], "who")
    with pytest.raises(ValueError, match=r"who: y is not part of the graph"):
        float_variables(graph, [pt.vector("y")], "who")


def test_numbers():
    for number in (1, 0.5, np.float32(0.5), np.int8(1)):
        require_number(number, "level", "who")
    for wrong in (True, "1", None, pt.scalar()):
        with pytest.raises(TypeError, match="who: level must be a number, got"):
            require_number(wrong, "level", "who")


def test_the_default_update_is_that_of_the_changed_graph(graph):
    [x] = graph.inputs
    stream = random_stream(1)

    def change(variable):
        return variable + stream.normal(size=variable.shape)

    [output] = graph.outputs
    changed = change_at_random(graph, [x, output], change)
    for generator in changed.random_generators:
        update = generator.tag.default_update
        assert update is changed.updates[generator]
        assert ComputationGraph(update).inputs == [x]
    value = np.zeros(3, dtype=x.dtype)
    assert evaluate(changed.outputs[0], {x: value}).shape == (3,)


def test_the_graph_must_be_one():
    x = pt.matrix("x")
    with pytest.raises(TypeError, match=r"must be a ComputationGraph, got x; make"):
        apply_dropout(x, [x], 0.5)

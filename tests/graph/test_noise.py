import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, random_stream, shared
from brickyard.graph import WEIGHT, ComputationGraph, add_role, apply_noise

ZEROS = np.zeros((200, 50), dtype="float32")


@pytest.fixture
def x():
    return pt.matrix("x", dtype="float32")


def test_mean_spread_and_freshness(x, backend):
    graph = apply_noise(ComputationGraph(x), [x], 0.5, seed=2)
    function = graph.get_function(backend=backend)
    first, second = (np.asarray(function(ZEROS)[0]) for _ in range(2))
    for noise in (first, second):
        assert noise.dtype == np.float32
        # Four standard deviations of the estimates from 10,000 draws.
        assert abs(noise.mean()) < 4 * 0.5 / 100
        assert abs(noise.std() - 0.5) < 4 * 0.5 / np.sqrt(2e4)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.04


def test_each_variable_has_noise_of_its_own(x):
    graph = apply_noise(ComputationGraph([x * 1, x * 2]), [], 1.0)
    graph = apply_noise(graph, graph.outputs, 1.0)
    first, second = (np.asarray(v).ravel() for v in graph.get_function()(ZEROS))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.04


def test_noise_on_parameters(x):
    W = shared(np.ones((50, 3)), name="W", dtype="floatX")
    add_role(W, WEIGHT)
    graph = apply_noise(ComputationGraph(x @ W), [W], 0.1)
    assert graph.parameters == [W]
    [noisy] = [v for v in graph.variables if hasattr(v.tag, "replacement_of")]
    assert noisy.tag.replacement_of is W
    assert evaluate(graph.outputs[0], {x: ZEROS}).shape == (200, 3)


def test_level_zero_changes_nothing(x):
    graph = apply_noise(ComputationGraph(x), [x], 0)
    np.testing.assert_array_equal(evaluate(graph.outputs[0], {x: ZEROS}), ZEROS)


def test_seeds_and_streams(x):
    def noise(*arguments, **options):
        graph = apply_noise(ComputationGraph(x), [x], 1.0, *arguments, **options)
        return evaluate(graph.outputs[0], {x: ZEROS})

    np.testing.assert_array_equal(noise(), noise())
    np.testing.assert_array_equal(noise(3), noise(rng=random_stream(3)))
    assert (noise(3) != noise(4)).any()


def test_wrong_levels(x):
    graph = ComputationGraph(x)
    for wrong in (-1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="level is a standard deviation"):
            apply_noise(graph, [x], wrong)
    with pytest.raises(TypeError, match="level must be a number, got None"):
        apply_noise(graph, [x], None)


def test_variables_of_another_graph(x):
    with pytest.raises(ValueError, match="apply_noise: y is not part of the graph"):
        apply_noise(ComputationGraph(x), [pt.matrix("y")], 1.0)

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, random_stream
from brickyard.bricks import MLP, Rectifier, Tanh
from brickyard.bricks.initialization import Constant
from brickyard.graph import (
    DROPOUT,
    INPUT,
    ComputationGraph,
    VariableFilter,
    apply_dropout,
)

ONES = np.ones((200, 50), dtype="float32")


@pytest.fixture
def x():
    return pt.matrix("x", dtype="float32")


def test_elements_are_dropped_with_the_probability_and_scaled(x, backend):
    graph = apply_dropout(ComputationGraph(x + 0), [x], 0.3, seed=1)
    function = graph.get_function(backend=backend)
    first, second = (np.asarray(function(ONES)[0]) for _ in range(2))
    for dropped in (first, second):
        assert dropped.dtype == np.float32
        np.testing.assert_allclose(np.unique(dropped), [0, 1 / 0.7], rtol=1e-6)
        # Four standard deviations of the share of 10,000 Bernoulli draws.
        assert abs((dropped == 0).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 1e4)
    assert (first != second).any()


def test_each_variable_has_a_mask_of_its_own(x):
    y = pt.matrix("y", dtype="float32")
    graph = apply_dropout(ComputationGraph([x * 1, y * 1]), [x, y], 0.5)
    first, second = (np.asarray(v) for v in graph.get_function()(ONES, ONES))
    assert 0.4 < ((first == 0) == (second == 0)).mean() < 0.6


def test_a_variable_used_twice_has_one_mask(x):
    graph = apply_dropout(ComputationGraph(x - x), [x], 0.5)
    assert not evaluate(graph.outputs[0], {x: ONES}).any()


def test_a_second_dropout_is_independent_of_the_first(x):
    graph = apply_dropout(ComputationGraph([x * 1, x * 2]), [], 0.5)
    outputs = graph.outputs
    graph = apply_dropout(graph, [outputs[0]], 0.5)
    graph = apply_dropout(graph, [graph.outputs[1]], 0.5)
    first, second = (np.asarray(v) for v in graph.get_function()(ONES))
    assert 0.4 < ((first == 0) == (second == 0)).mean() < 0.6


def test_seeds_and_streams(x):
    def dropped(**options):
        graph = apply_dropout(ComputationGraph(x), [x], 0.5, **options)
        return evaluate(graph.outputs[0], {x: ONES})

    np.testing.assert_array_equal(dropped(), dropped())
    np.testing.assert_array_equal(dropped(seed=3), dropped(rng=random_stream(3)))
    assert (dropped(seed=3) != dropped(seed=4)).any()


def test_custom_divisor(x):
    graph = apply_dropout(ComputationGraph(x), [x], 0.5, custom_divisor=1)
    dropped = evaluate(graph.outputs[0], {x: 3 * ONES})
    np.testing.assert_array_equal(np.unique(dropped), [0, 3])


def test_nothing_is_dropped_with_probability_zero(x):
    graph = apply_dropout(ComputationGraph(x), [x], 0)
    np.testing.assert_array_equal(evaluate(graph.outputs[0], {x: ONES}), ONES)


def test_double_precision_stays_double():
    x = pt.matrix("x", dtype="float64")
    graph = apply_dropout(ComputationGraph(x), [x], 0.3)
    assert graph.outputs[0].dtype == "float64"
    dropped = evaluate(graph.outputs[0], {x: ONES.astype("float64")}).max()
    np.testing.assert_allclose(dropped, 1 / 0.7, rtol=1e-15)


def test_dropout_of_a_network(x):
    mlp = MLP([Rectifier(), Tanh()], [50, 20, 5])
    mlp.weights_init, mlp.biases_init = Constant(0.1), Constant(0)
    mlp.initialize()
    graph = ComputationGraph(mlp.apply(x))
    inputs = VariableFilter(roles=[INPUT], bricks=mlp.linear_transformations)(
        graph.variables
    )
    assert len(inputs) == 2
    trained = apply_dropout(graph, inputs, 0.5)
    replaced = VariableFilter(roles=[DROPOUT])(trained.variables)
    assert [v.tag.replacement_of for v in replaced] == inputs
    assert trained.parameters == graph.parameters
    assert trained.inputs == [x]
    # The first element of the first layer's input decides about the second layer.
    values = trained.get_snapshot({"x": ONES})
    np.testing.assert_allclose(np.unique(values[replaced[0]]), [0, 2])
    hidden = values[replaced[1]]
    assert 0.4 < (hidden == 0).mean() < 0.6
    assert graph.random_generators == []


def test_probabilities_that_are_none(x):
    graph = ComputationGraph(x)
    for wrong in (-0.1, 1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"drop_prob must be in \[0, 1\), got"):
            apply_dropout(graph, [x], wrong)
    with pytest.raises(TypeError, match="drop_prob must be a number, got '0"):
        apply_dropout(graph, [x], "0.5")


def test_divisors_that_are_none(x):
    graph = ComputationGraph(x)
    with pytest.raises(ValueError, match="custom_divisor must not be 0"):
        apply_dropout(graph, [x], 0.5, custom_divisor=0)
    with pytest.raises(TypeError, match="custom_divisor must be a number, got 'a'"):
        apply_dropout(graph, [x], 0.5, custom_divisor="a")


def test_variables_of_another_graph(x):
    other = pt.matrix("xx")
    with pytest.raises(ValueError, match=r"apply_dropout: xx is not part .* are x$"):
        apply_dropout(ComputationGraph(x), [other], 0.5)

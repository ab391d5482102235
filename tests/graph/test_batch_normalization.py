"""Training and inference as two graphs of one model."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import numpy as np
import pytest
from pytensor import scan
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import MLP, Brick, Tanh, application
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.normalization import (
    BatchNormalization,
    BatchNormalizedMLP,
)
from brickyard.graph import (
    BATCH_NORM_DIVISOR,
    BATCH_NORM_GRAPH_VARIABLE,
    BATCH_NORM_MINIBATCH_ESTIMATE,
    BATCH_NORM_OFFSET,
    BATCH_NORM_POPULATION_STATISTICS,
    INPUT,
    ComputationGraph,
    VariableFilter,
    apply_dropout,
)
from brickyard.graph.annotations import ApplicationAnnotation
from brickyard.graph.batch_normalization import (
    BatchNormalizationAnnotation,
    apply_batch_normalization,
    batch_normalization,
    get_batch_normalization_updates,
    tag_centred,
    tag_statistic,
)

rng = np.random.default_rng(0)
BATCH = rng.normal(2, 3, size=(8, 3)).astype("float32")


def normalized(batch, epsilon=1e-4):
    return (batch - batch.mean(0)) / np.sqrt(batch.var(0) + epsilon)


@pytest.fixture
def mlp():
    made = BatchNormalizedMLP(
        [Tanh(), Tanh()], [3, 4, 2], weights_init=IsotropicGaussian(), seed=1
    )
    made.initialize()
    return made


def expected_output(mlp, batch, statistics=normalized):
    for linear in mlp.linear_transformations:
        batch = np.tanh(statistics(batch @ linear.W.get_value()))
    return batch


def test_both_ways_give_the_training_graph(mlp):
    x = pt.matrix("x")
    y = mlp.apply(x)
    finished = apply_batch_normalization(ComputationGraph(y)).outputs[0]
    with batch_normalization(mlp):
        built = mlp.apply(x)
    inference, *training = evaluate([y, finished, built], {x: BATCH})
    np.testing.assert_allclose(
        inference, expected_output(mlp, BATCH, lambda z: z), rtol=1e-4
    )
    for value in training:
        np.testing.assert_allclose(
            value, expected_output(mlp, BATCH), rtol=1e-4, atol=1e-5
        )


def test_gradients_of_the_training_graph_flow_through_the_statistics(mlp):
    x = pt.matrix("x")
    W = mlp.linear_transformations[0].W
    graph = apply_batch_normalization(ComputationGraph(mlp.apply(x)))
    with batch_normalization(mlp):
        built = mlp.apply(x)
    gradients = [pt.grad((v**2).sum(), W) for v in (graph.outputs[0], built)]
    finished, expected = evaluate(gradients, {x: BATCH})
    np.testing.assert_allclose(finished, expected, rtol=1e-3, atol=1e-4)
    assert np.abs(expected).max() > 1e-3


def test_the_graph_for_inference_stays_as_it_is(mlp):
    graph = ComputationGraph(mlp.apply(pt.matrix("x")))
    variables = list(graph.variables)
    apply_batch_normalization(graph)
    assert graph.variables == variables
    assert not VariableFilter(roles=[BATCH_NORM_MINIBATCH_ESTIMATE])(graph.variables)


def test_the_training_graph_knows_what_is_what(mlp):
    inference = ComputationGraph(mlp.apply(pt.matrix("x")))
    training = apply_batch_normalization(inference)
    for role in (BATCH_NORM_OFFSET, BATCH_NORM_DIVISOR):
        replaced = VariableFilter(roles=[role])(inference.variables)
        estimates = VariableFilter(roles=[role])(training.variables)
        assert [v.tag.replacement_of for v in estimates] == replaced
        bricks = [BatchNormalization]
        assert VariableFilter(roles=[role], bricks=bricks)(training.variables)
    population = VariableFilter(roles=[BATCH_NORM_POPULATION_STATISTICS])
    assert len(population(inference.variables)) == 4
    assert population(training.variables) == []
    assert training.parameters == inference.parameters


def test_a_training_graph_is_not_changed_again(mlp):
    x = pt.matrix("x")
    once = apply_batch_normalization(ComputationGraph(mlp.apply(x)))
    assert apply_batch_normalization(once).outputs == once.outputs


def test_graphs_without_batch_normalization_are_left_alone():
    mlp = MLP([Tanh()], [3, 2], weights_init=IsotropicGaussian())
    x = pt.matrix("x")
    with batch_normalization(mlp):
        graph = ComputationGraph(mlp.apply(x))
    assert apply_batch_normalization(graph).outputs == graph.outputs


def test_only_the_bricks_below_the_given_ones_are_in_training_mode(mlp):
    other = BatchNormalization(3)
    with batch_normalization(mlp):
        assert all(brick.training_mode for brick in mlp.normalizations)
        assert not other.training_mode
        with batch_normalization(other, mlp.normalizations[0]):
            assert other.training_mode
        assert not other.training_mode
        assert mlp.normalizations[0].training_mode
        assert not copy.deepcopy(mlp).normalizations[0].training_mode
    assert not any(brick.training_mode for brick in mlp.normalizations)


def test_training_mode_ends_with_an_error(mlp):
    with pytest.raises(KeyError, match="on purpose"), batch_normalization(mlp):
        raise KeyError("on purpose")
    assert not mlp.normalizations[0].training_mode


def test_updates_pair_statistics_with_estimates(mlp):
    x = pt.matrix("x")
    with batch_normalization(mlp):
        graph = ComputationGraph(mlp.apply(x))
    pairs = get_batch_normalization_updates(graph)
    first, second = mlp.normalizations
    assert [statistic for statistic, _ in pairs] == [
        first.population_mean,
        first.population_stdev,
        second.population_mean,
        second.population_stdev,
    ]
    mean, stdev = evaluate([estimate for _, estimate in pairs[:2]], {x: BATCH})
    hidden = BATCH @ mlp.linear_transformations[0].W.get_value()
    np.testing.assert_allclose(mean, hidden.mean(0), rtol=1e-4)
    np.testing.assert_allclose(stdev, np.sqrt(hidden.var(0) + 1e-4), rtol=1e-4)
    for statistic, estimate in pairs:
        assert estimate.type.shape == statistic.type.shape


def test_statistics_are_those_of_what_is_normalized(mlp):
    """Dropout before and after the change for training give the same numbers."""
    x = pt.matrix("x")
    graph = ComputationGraph(mlp.apply(x))

    def drop(graph):
        inputs = VariableFilter(roles=[INPUT], bricks=mlp.normalizations)
        return apply_dropout(graph, inputs(graph.variables), 0.5, seed=3)

    before = apply_batch_normalization(drop(graph))
    after = drop(apply_batch_normalization(graph))
    for training in (before, after):
        (mean, estimate), *_ = get_batch_normalization_updates(training)
        assert mean is mlp.normalizations[0].population_mean
        dropped = VariableFilter(roles=[BATCH_NORM_OFFSET])(training.variables)
        values = evaluate([*training.outputs, estimate, *dropped[:1]], {x: BATCH})
        hidden = BATCH @ mlp.linear_transformations[0].W.get_value()
        assert not np.allclose(values[1], hidden.mean(0), rtol=1e-3)
        np.testing.assert_array_equal(values[1], values[2][0])
    first, second = (
        evaluate(graph.outputs[0], {x: BATCH}) for graph in (before, after)
    )
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)


def test_a_mean_alone_has_one_pair():
    brick = BatchNormalization(3, mean_only=True)
    with batch_normalization(brick):
        y = brick.apply(pt.matrix("x"))
    pairs = get_batch_normalization_updates(ComputationGraph(y))
    assert [statistic for statistic, _ in pairs] == [brick.population_mean]
    graph = ComputationGraph(brick.apply(pt.matrix("x")))
    training = apply_batch_normalization(graph)
    assert len(get_batch_normalization_updates(training)) == 1


def test_several_applications_of_one_brick():
    brick = BatchNormalization(3)
    x, y = pt.matrices("x", "y")
    with batch_normalization(brick):
        graph = ComputationGraph([brick.apply(x), brick.apply(y)])
    with pytest.raises(ValueError, match=r"/batchnormalization is applied 2 times"):
        get_batch_normalization_updates(graph)
    pairs = get_batch_normalization_updates(graph, allow_duplicates=True)
    assert [statistic for statistic, _ in pairs] == [
        brick.population_mean,
        brick.population_stdev,
    ] * 2
    means = evaluate([pairs[0][1], pairs[2][1]], {x: BATCH, y: BATCH + 1})
    np.testing.assert_allclose(means[0] + 1, means[1], rtol=1e-5)


def test_updates_need_a_training_graph(mlp):
    graph = ComputationGraph(mlp.apply(pt.matrix("x")))
    with pytest.raises(ValueError, match="this one normalizes by population"):
        get_batch_normalization_updates(graph)
    with pytest.raises(ValueError, match="this one has none: build it inside `with"):
        get_batch_normalization_updates(ComputationGraph(pt.matrix("x")))


def test_something_else_than_a_brick():
    graph = ComputationGraph(pt.vector("x"))
    with (
        pytest.raises(TypeError, match=r"takes bricks.*use apply_batch_normalization"),
        batch_normalization(graph),
    ):
        pytest.fail("never reached")


@pytest.fixture
def in_a_loop():
    brick = BatchNormalization(3)
    brick.initialize()

    def graph():
        return ComputationGraph(
            scan(brick.apply, sequences=[pt.tensor3("x")], return_updates=False)
        )

    return SimpleNamespace(brick=brick, graph=graph)


def test_loops_are_refused(in_a_loop):
    with pytest.raises(
        ValueError, match=r"/batchnormalization\.apply normalizes batch"
    ):
        apply_batch_normalization(in_a_loop.graph())
    with batch_normalization(in_a_loop.brick):
        graph = in_a_loop.graph()
    with pytest.raises(ValueError, match=r"inside of a loop .*LayerNormalization"):
        get_batch_normalization_updates(graph)


class Centring(Brick, BatchNormalizationAnnotation):
    """A brick of a user's own, which divides by nothing."""

    def _allocate(self):
        self.population_mean = self.add_parameter(0, (3,), "mean")

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_, application_call):
        offset = self.population_mean.dimshuffle("x", 0)
        if self.training_mode:
            offset, _ = self.batch_statistics(input_)
        tag_statistic(offset, BATCH_NORM_OFFSET, application_call, self.training_mode)
        output = input_ - offset
        tag_centred(output)
        return output

    def batch_statistics(self, input_):
        return pt.specify_shape(input_.mean(axis=0, keepdims=True), (1, 3)), None


def test_a_brick_of_ones_own():
    brick = Centring()
    x = pt.matrix("x")
    graph = apply_batch_normalization(ComputationGraph(brick.apply(x)))
    (pair,) = get_batch_normalization_updates(graph)
    assert pair[0] is brick.population_mean
    output, mean = evaluate([graph.outputs[0], pair[1]], {x: BATCH})
    np.testing.assert_allclose(output, BATCH - BATCH.mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean, BATCH.mean(0), rtol=1e-5)


def test_a_brick_without_statistics():
    with pytest.raises(NotImplementedError, match="batch_statistics is missing"):
        BatchNormalizationAnnotation().batch_statistics(pt.matrix("x"))


def test_tags():
    variable, brick = pt.matrix("v"), BatchNormalization(3)
    call = ApplicationAnnotation()
    call.application = SimpleNamespace(brick=brick)
    tag_statistic(variable, BATCH_NORM_DIVISOR, call, is_estimate=True)
    assert variable.name == "batchnormalization_divisor"
    assert variable.tag.annotations == [brick, call]
    assert VariableFilter(roles=[BATCH_NORM_GRAPH_VARIABLE])([variable]) == [variable]
    assert VariableFilter(roles=[BATCH_NORM_MINIBATCH_ESTIMATE])([variable])

"""GoogLeNet against the published table of its modules."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import Selector
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.graph import (
    DROPOUT,
    OUTPUT,
    WEIGHT,
    ComputationGraph,
    VariableFilter,
    get_brick,
    has_roles,
)

# Szegedy et al. (2015), table 1: output size, and thousands (1024) of weights, which
# the table rounds to about 1 %. Left out where they contradict the numbers of filters
# in the same row: 2.7 for the first convolution (9.2), 463 for 4c (497.5), 580 for 4d
# (590.5), 1072 for 5a (1018.0), 1388 for 5b (1409.0).
PUBLISHED = {
    "convolution_1": ((64, 112, 112), None),
    "pooling_1": ((64, 56, 56), None),
    "normalization_1": ((64, 56, 56), None),
    "convolution_2": ((192, 56, 56), 112),
    "normalization_2": ((192, 56, 56), None),
    "pooling_2": ((192, 28, 28), None),
    "inception_3a": ((256, 28, 28), 159),
    "inception_3b": ((480, 28, 28), 380),
    "pooling_3": ((480, 14, 14), None),
    "inception_4a": ((512, 14, 14), 364),
    "inception_4b": ((512, 14, 14), 437),
    "inception_4c": ((512, 14, 14), None),
    "inception_4d": ((528, 14, 14), None),
    "inception_4e": ((832, 14, 14), 840),
    "pooling_4": ((832, 7, 7), None),
    "inception_5a": ((832, 7, 7), None),
    "inception_5b": ((1024, 7, 7), None),
    "average": (1024, None),
    "output": (1000, 1000),
}


@cache
def full_network():
    from googlenet import GoogLeNet

    made = GoogLeNet(weights_init=Constant(0), biases_init=Constant(0))
    made.initialize()
    return made


@pytest.fixture
def network():
    return full_network()


def sizes(brick, *roles):
    parameters = Selector(brick).get_parameters().values()
    return [p.get_value().size for p in parameters if has_roles(p, roles or [WEIGHT])]


def test_the_published_shapes_by_configuration(network):
    expected = {name: shape for name, (shape, _) in PUBLISHED.items()}
    assert {**network.module_shapes(), "output": network.num_classes} == expected
    assert network.get_dim("output") == (1000,)


def test_the_published_shapes_in_the_graph(network):
    images = pt.tensor("images", shape=(None, 3, 224, 224))
    probabilities = network.apply(images)
    assert probabilities.type.shape == (None, 1000)
    outputs = VariableFilter(roles=[OUTPUT])(ComputationGraph(probabilities).variables)
    found = {get_brick(output).path: output.type.shape[1:] for output in outputs}
    for name, (shape, _) in PUBLISHED.items():
        expected = shape if isinstance(shape, tuple) else (shape,)
        assert found[f"/googlenet/{name}"] == expected, name


def test_the_published_numbers_of_weights(network):
    for brick in [*network.modules, network.output]:
        published = PUBLISHED[brick.name][1]
        if published is not None:
            weights = sum(sizes(brick)) / 1024
            assert weights == pytest.approx(published, rel=0.01), brick.name


def test_the_number_of_parameters(network):
    """By the formula of each layer: lengths x inputs x filters, and a bias."""
    from googlenet import INCEPTIONS

    def layer(length, inputs, filters):
        return length**2 * inputs * filters + filters

    total, inputs = layer(7, 3, 64) + layer(1, 64, 64) + layer(3, 64, 192), 192
    channels = {}
    for name, (one, r3, three, r5, five, pool) in INCEPTIONS.items():
        total += layer(1, inputs, one) + layer(1, inputs, pool)
        total += layer(1, inputs, r3) + layer(3, r3, three)
        total += layer(1, inputs, r5) + layer(5, r5, five)
        inputs = channels[name] = one + three + five + pool
    total += layer(1, 1024, 1000)
    auxiliary = sum(
        layer(1, channels[name], 128) + layer(1, 2048, 1024) + layer(1, 1024, 1000)
        for name in ("4a", "4d")
    )
    main = [*network.modules, network.output]
    counted = sum(
        p.get_value().size
        for brick in main
        for p in Selector(brick).get_parameters().values()
    )
    assert counted == total == 6_998_552
    everything = Selector(network).get_parameters().values()
    assert sum(p.get_value().size for p in everything) == total + auxiliary


def test_there_are_22_layers_with_weights(network):
    """On the longest way: inception modules have two convolutions one after another."""
    depth = 0
    for brick in network.modules:
        branches = getattr(brick, "branches", [brick])
        depth += max(len(sizes(branch)) for branch in branches)
    assert depth + len(sizes(network.output)) == 22


def test_the_graph_for_training(network):
    from googlenet import training_graph

    images = pt.tensor("images", shape=(None, 3, 224, 224))
    graph = training_graph(network, images, pt.lvector("targets"))
    assert len(graph.parameters) == len(Selector(network).get_parameters())
    dropped = VariableFilter(roles=[DROPOUT])(graph.variables)
    assert sorted(v.type.shape[1] for v in dropped) == [1024, 1024, 1024]
    probabilities, lower, upper = network.classify(images)
    assert {v.type.shape for v in (probabilities, lower, upper)} == {(None, 1000)}
    names = [classifier.name for classifier in network.auxiliary.values()]
    assert names == ["auxiliary_4a", "auxiliary_4d"]


def test_generated_images_show_their_class():
    from googlenet import generated_batch

    batch = generated_batch(np.random.default_rng(1), 6, (32, 32), 4)
    assert batch["features"].shape == (6, 3, 32, 32)
    means = batch["features"].mean((2, 3))
    colours = np.random.default_rng(0).normal(size=(4, 3))
    distances = np.abs(means[:, None] - colours).sum(2)
    np.testing.assert_array_equal(distances.argmin(1), batch["targets"])


@pytest.mark.slow
def test_a_step_on_small_images():
    from googlenet import GoogLeNet, generated_batch, training_graph

    from brickyard.training import GradientDescent, Momentum

    small = GoogLeNet(
        5, image_size=(80, 80), weights_init=HeNormal(), biases_init=Constant(0), seed=1
    )
    small.initialize()
    images = pt.tensor("features", shape=(None, 3, 80, 80), dtype="float32")
    graph = training_graph(small, images, pt.lvector("targets"))
    algorithm = GradientDescent(graph.outputs[0], graph.parameters, Momentum(0.001))
    before = small.output.W.get_value()
    algorithm.process_batch(generated_batch(np.random.default_rng(1), 2, (80, 80), 5))
    algorithm.flush()
    after = small.output.W.get_value()
    assert np.isfinite(after).all()
    assert not np.array_equal(before, after)

"""Batch normalization in a main loop: trained, saved and exactly resumed."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import set_default_backend
from brickyard.bricks import Softmax, Tanh
from brickyard.bricks.cost import CategoricalCrossEntropy
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.normalization import BatchNormalizedMLP
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import Checkpoint, FinishAfter
from brickyard.graph import (
    ComputationGraph,
    apply_batch_normalization,
    get_batch_normalization_updates,
    moving_averages,
)
from brickyard.training import GradientDescent, MainLoop, Model, Momentum
from brickyard.training.checkpoint import load_parameters, read_checkpoint

NORM = "/batchnormalizedmlp/batch_norm_activation_{}/batchnormalization_0.{}"
STATISTICS = [
    NORM.format(index, name)
    for index in range(2)
    for name in ("population_mean", "population_stdev")
]


@pytest.fixture
def default_backend(backend):
    set_default_backend(backend)
    yield backend
    set_default_backend(None)


def build(path, num_batches, model_of="inference"):
    rng = np.random.default_rng(0)
    features = rng.normal(2, 3, size=(24, 3)).astype("float32")
    targets = rng.integers(0, 2, 24)
    data = IndexableDataset({"features": features, "targets": targets})
    x, y = pt.matrix("features"), pt.lvector("targets")
    mlp = BatchNormalizedMLP(
        [Tanh(), Softmax()], [3, 4, 2], weights_init=IsotropicGaussian(), seed=1
    )
    mlp.initialize()
    cost = CategoricalCrossEntropy().apply(y, mlp.apply(x)).copy(name="cost")
    training = apply_batch_normalization(ComputationGraph(cost))
    algorithm = GradientDescent(
        training.outputs[0], training.parameters, Momentum(0.1, 0.9)
    )
    pairs = get_batch_normalization_updates(training)
    algorithm.add_updates(moving_averages(pairs, decay_rate=0.5))
    return MainLoop(
        algorithm,
        DataStream(data, ShuffledScheme(24, 6, seed=1)),
        model=Model(cost if model_of == "inference" else training.outputs[0]),
        extensions=[
            FinishAfter(after_n_batches=num_batches),
            Checkpoint(path, every_n_batches=1, resume=True),
        ],
    )


def flat(state):
    return {
        **state["parameters"],
        **{f"buffer {name}": v for name, v in state["algorithm"]["buffers"].items()},
    }


def test_a_resumed_run_ends_with_the_same_bits(default_backend, tmp_path):
    whole = build(tmp_path / "whole.ckpt", 6)
    whole.run()
    build(tmp_path / "part.ckpt", 3).run()
    resumed = build(tmp_path / "part.ckpt", 6)
    resumed.run()
    expected, actual = flat(whole.get_state()), flat(resumed.get_state())
    assert expected.keys() == actual.keys() >= set(STATISTICS)
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)
    for name in STATISTICS:
        assert not np.isin(expected[name], [0, 1]).any()


def test_statistics_are_saved_with_the_parameters(tmp_path):
    path = tmp_path / "run.ckpt"
    loop = build(path, 2)
    loop.run()
    assert set(STATISTICS) <= set(load_parameters(path))
    assert read_checkpoint(path).parts["algorithm"]["updates"] == {}
    model = build(tmp_path / "other.ckpt", 2).model
    model.set_parameter_values(load_parameters(path))
    for name, value in loop.model.get_parameter_values().items():
        np.testing.assert_array_equal(model.get_parameter_values()[name], value)


def test_a_model_of_the_training_graph_is_saved_with_statistics_too(tmp_path):
    path = tmp_path / "run.ckpt"
    build(path, 2, model_of="training").run()
    assert set(STATISTICS) <= set(load_parameters(path))


def test_a_step_moves_the_statistics_half_way(tmp_path):
    loop = build(tmp_path / "run.ckpt", 1)
    (batch,) = [
        next(loop.data_stream.get_epoch_iterator(as_dict=True, epoch=0))["features"]
    ]
    W = loop.model.get_parameter_values()["/batchnormalizedmlp/linear_0.W"]
    loop.run()
    hidden = batch.astype("float64") @ W
    after = loop.model.get_parameter_values()
    np.testing.assert_allclose(after[STATISTICS[0]], hidden.mean(0) / 2, rtol=1e-4)
    stdev = np.sqrt(hidden.var(0) + 1e-4)
    np.testing.assert_allclose(after[STATISTICS[1]], (1 + stdev) / 2, rtol=1e-4)

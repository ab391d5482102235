"""Whole scripts, as users write them."""

from __future__ import annotations

import h5py
import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.bricks import MLP, Rectifier, Softmax
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.datasets import MNIST, IterableDataset
from brickyard.datasets.converters import fill_hdf5_file
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Flatten
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    Printing,
    ProgressBar,
    TrainingDataMonitoring,
)
from brickyard.graph import WEIGHT, ComputationGraph, VariableFilter
from brickyard.training import Adam, GradientDescent, MainLoop, Model, Scale


@pytest.fixture
def mnist(tmp_path, monkeypatch):
    """A small file of noise in the format of MNIST, with an easy rule behind it."""
    rng = np.random.default_rng(1)
    targets = rng.integers(0, 10, (300, 1)).astype("uint8")
    features = rng.integers(0, 30, (300, 1, 28, 28)).astype("uint8")
    features[np.arange(300), 0, targets[:, 0]] = 255
    labels = {"features": ("batch", "channel", "height", "width")}
    labels["targets"] = ("batch", "index")
    with h5py.File(tmp_path / "mnist.hdf5", "w") as h5file:
        splits = {"train": slice(0, 250), "test": slice(250, 300)}
        rows = [
            (split, source, data[part])
            for split, part in splits.items()
            for source, data in (("features", features), ("targets", targets))
        ]
        fill_hdf5_file(h5file, rows)
        for source, names in labels.items():
            for axis, name in enumerate(names):
                h5file[source].dims[axis].label = name
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def train_classifier(num_epochs):
    x, y = pt.matrix("features"), pt.lmatrix("targets")
    mlp = MLP(
        [Rectifier(), Softmax()],
        [784, 100, 10],
        weights_init=IsotropicGaussian(0.01),
        biases_init=Constant(0),
    )
    mlp.initialize()
    probabilities = mlp.apply(x)
    cost = CategoricalCrossEntropy().apply(y.flatten(), probabilities)
    cost = cost.copy(name="cost")
    error = MisclassificationRate().apply(y.flatten(), probabilities)
    error = error.copy(name="error")
    graph = ComputationGraph(cost)
    weights = VariableFilter(roles=[WEIGHT])(graph.variables)
    # The sum has no name of its own, and the pixels are not scaled.
    cost = cost + 5e-5 * sum((w**2).sum() for w in weights)

    train, test = MNIST(("train",)), MNIST(("test",))
    loop = MainLoop(
        GradientDescent(cost=cost, parameters=graph.parameters, step_rule=Adam(0.001)),
        Flatten(DataStream(train, ShuffledScheme(train.num_examples, 128, seed=1))),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            DataStreamMonitoring(
                [cost, error],
                Flatten(DataStream(test, SequentialScheme(test.num_examples, 500))),
                prefix="test",
            ),
            Checkpoint("mnist.ckpt", every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )
    loop.run()
    return loop


def test_a_classifier_that_is_continued(mnist, capsys):
    train_classifier(2)
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["epoch", "batches", "test_cost", "test_error", "time"]
    assert len(table) == 5
    longer = train_classifier(12)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:2] == ["3", "6"]
    assert lines[-1] == "Training finished after 12 epochs, 24 batches."
    assert longer.log.last_epoch_row["test_error"] <= 0.1


def test_a_scalar_stream_without_a_model():
    values = np.random.default_rng(1).random(150).astype(pytensor.config.floatX)
    a = pytensor.shared(np.asarray(3, dtype=values.dtype), name="a")
    x = pt.scalar("data")
    cost = abs(x**2 - x**a) * 12
    cost.name = "cost"
    loop = MainLoop(
        model=None,
        data_stream=DataStream(IterableDataset(values)),
        algorithm=GradientDescent(cost=cost, parameters=[a], step_rule=Scale(0.01)),
        extensions=[
            FinishAfter(every_n_epochs=1),
            TrainingDataMonitoring([cost, a], after_batch=True),
        ],
    )
    loop.run()
    loop.run()
    assert loop.status["iterations_done"] == 300
    assert loop.log[300]["a"] == a.get_value()
    assert abs(loop.log[300]["a"] - 2) < 0.05
    assert loop.log[1]["cost"] > 0

"""What a beginner does wrong, from the script's point of view, and what it is told."""

from __future__ import annotations

import traceback

import h5py
import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import MLP, Linear, Rectifier, Softmax, Tanh
from brickyard.bricks.cost import CategoricalCrossEntropy
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.datasets import MNIST, H5PYDataset, IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Flatten
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    EarlyStopping,
    FinishAfter,
    FinishIfNoImprovementAfter,
    Load,
    Printing,
    TrackTheBest,
    TrainingDataMonitoring,
)
from brickyard.graph import INPUT, ComputationGraph, VariableFilter, apply_dropout
from brickyard.training import (
    Adam,
    CheckpointError,
    CompositeRule,
    GradientDescent,
    MainLoop,
    Model,
    Momentum,
    NonFiniteCostError,
    Scale,
)

RNG = np.random.default_rng(1)
FEATURES = RNG.normal(size=(8, 4)).astype("float32")
TARGETS = RNG.integers(0, 3, (8, 1))
SOURCES = {"features": FEATURES, "targets": TARGETS}
MOST_FRAMES = 20


def network(dims=(4, 5, 3), name="mlp", initialize=True, **settings):
    hidden = [Rectifier() for _ in dims[2:]]
    settings = {"weights_init": IsotropicGaussian(0.1), **settings}
    settings = {"biases_init": Constant(0), **settings}
    mlp = MLP([*hidden, Softmax()], list(dims), name=name, seed=1, **settings)
    if initialize:
        mlp.initialize()
    return mlp


def cost_of(mlp, x=None, y=None, flatten=True):
    x = pt.matrix("features") if x is None else x
    y = pt.lmatrix("targets") if y is None else y
    targets = y.flatten() if flatten else y
    cost = CategoricalCrossEntropy().apply(targets, mlp.apply(x))
    return cost.copy(name="cost")


def stream(features=FEATURES, targets=TARGETS, batch_size=4):
    return stream_of({"features": features, "targets": targets}, batch_size)


def stream_of(sources, batch_size=4):
    dataset = IndexableDataset(sources)
    return DataStream(dataset, SequentialScheme(dataset.num_examples, batch_size))


def train(cost=None, data=None, *extensions, rule=None, **settings):
    """Build the loop that a script builds, and run it for an epoch."""
    cost = cost_of(network()) if cost is None else cost
    algorithm = GradientDescent(
        cost=cost,
        parameters=ComputationGraph(cost).parameters,
        step_rule=rule or Scale(0.1),
        **settings,
    )
    loop = MainLoop(
        algorithm,
        stream() if data is None else data,
        model=Model(cost),
        extensions=[FinishAfter(after_n_epochs=1), *extensions],
    )
    loop.run()
    return loop


def train_with(*extensions):
    return train(None, None, *extensions)


def monitored(**settings):
    return DataStreamMonitoring([cost_of(network())], stream(), **settings)


def refuses(action, kind, message):
    """Check type and text of an error, and that its traceback can be read."""
    with pytest.raises(kind, match=message) as caught:
        action()
    assert len(traceback.extract_tb(caught.value.__traceback__)) <= MOST_FRAMES


def cases(table):
    """Run a test once for each row: what is done, what it raises."""
    columns = ("action", "kind", "message")
    return pytest.mark.parametrize(columns, table.values(), ids=table)


def apply_to(shape, dtype="float32"):
    return network().apply(pt.tensor("x", dtype=dtype, shape=shape))


MODELS = {
    "no dimensions": (
        lambda: Linear(name="projection").apply(pt.matrix("x")),
        ValueError,
        r"allocate /projection: input_dim, output_dim of /projection is missing",
    ),
    "missing first dimension": (
        lambda: network([None, 5, 3]),
        ValueError,
        r"cannot allocate /mlp: dims\[0\] of /mlp is missing; give",
    ),
    "dimension that is no integer": (
        lambda: network([4.5, 3]),
        TypeError,
        r"/mlp/linear_0.W has shape \(4.5, 3\): its sizes must be integers",
    ),
    "too few dims": (
        lambda: MLP([Tanh(), Softmax()], [4, 3]),
        ValueError,
        r"/mlp with 2 activations needs 3 dims, .* got 2: \[4, 3\]",
    ),
    "too many dims": (
        lambda: MLP([Tanh()], [4, 5, 3]),
        ValueError,
        r"/mlp with 1 activations needs 2 dims, .* got 3: \[4, 5, 3\]",
    ),
    "activations that are no list": (
        lambda: MLP(Tanh(), [4, 3]),
        TypeError,
        r"activations of an MLP must be a list of bricks, got <Tanh /tanh>",
    ),
    "classes as activations": (
        lambda: MLP([Tanh, Softmax], [4, 5, 3]),
        TypeError,
        r"/mlp is made of .* got <class .*Tanh'> of type type",
    ),
    "no initializer": (
        lambda: network(weights_init=None),
        ValueError,
        r"initialize /mlp: weights_init of /mlp",
    ),
    "class as initializer": (
        lambda: network(weights_init=IsotropicGaussian),
        TypeError,
        r"/mlp: weights_init must be an initializer such as .*, got <class",
    ),
    "misspelt argument": (
        lambda: MLP([Tanh()], [4, 3], weight_init=Constant(0)),
        TypeError,
        r"MLP takes no argument 'weight_init'; did you mean 'weights_init'\?",
    ),
    "features too wide": (
        lambda: apply_to((None, 9)),
        ValueError,
        r"/mlp/linear_0 needs an input with 4 features .* got 9: .*\(\?, 9\)",
    ),
    "integers as features": (
        lambda: apply_to((None, 4), "int64"),
        TypeError,
        r"/mlp/linear_0 works on float32, got int64",
    ),
    "brick as input": (
        lambda: CategoricalCrossEntropy().apply(pt.lvector("y"), network()),
        TypeError,
        r"/categoricalcrossentropy.apply .* got the brick /mlp as y_hat",
    ),
    "targets as a column": (
        lambda: cost_of(network(), flatten=False),
        TypeError,
        r"y with 2 axes must be .*, got int64 \(targets\); .* y.flatten\(\)",
    ),
    "two bricks of one name": (
        lambda: Model(sum(cost_of(network()) for _ in range(2))),
        ValueError,
        r"two parameters of the model are called '/mlp/linear_0.W'",
    ),
    "impossible dropout": (
        lambda: apply_dropout(ComputationGraph(pt.matrix("x")), [], 1.5),
        ValueError,
        r"apply_dropout: drop_prob must be in \[0, 1\), got 1.5",
    ),
    "role outside a list": (
        lambda: VariableFilter(roles=INPUT),
        TypeError,
        r"roles must be a list of roles, got INPUT: use \[INPUT\]",
    ),
}


@cases(MODELS)
def test_building_a_model(action, kind, message):
    refuses(action, kind, message)


DATA = {
    "other source names": (
        lambda: train(None, stream_of({"x": FEATURES, "y": TARGETS})),
        ValueError,
        r"the graph has the inputs .*'features'.* the batch has the sources 'x', "
        r"'y'; there is no source for .* Rename",
    ),
    "misspelt source": (
        lambda: train(None, stream_of({"feature": FEATURES, "targets": TARGETS})),
        ValueError,
        r"no source for 'features' \(did you mean 'feature' for 'features'\?\)",
    ),
    "source too many": (
        lambda: train(None, stream_of({**SOURCES, "ids": TARGETS})),
        ValueError,
        r"nothing uses 'ids'. Drop what is not needed with FilterSources",
    ),
    "double precision": (
        lambda: train(None, stream(FEATURES.astype("float64"))),
        ValueError,
        r"'features' is float32 .* got float64 of shape \(4, 4\), .* Cast\(stream",
    ),
    "targets that are no integers": (
        lambda: train(None, stream(targets=TARGETS.astype("float32"))),
        ValueError,
        r"input 'targets' is int64 .* got float32 .* Cast\(stream, 'int64'\)",
    ),
    "images that are not flat": (
        lambda: train(None, stream(FEATURES.reshape(8, 2, 2))),
        ValueError,
        r"'features' is .*\(2 dimensions\), got .*\(3 dimensions\); Flatten or",
    ),
    "targets that are not flat": (
        lambda: train(cost_of(network(), y=pt.lvector("targets"), flatten=False)),
        ValueError,
        r"'targets' is int64 .*\(1 dimensions\), got .*\(2 dimensions\); Flatten",
    ),
    "width that does not fit": (
        lambda: train(cost_of(network((7, 5, 3)))),
        ValueError,
        r"/mlp/linear_0.apply: Dot .*\n.*\(4, 4\) float32\n.*'W': \(7, 5\) float32",
    ),
    "input without a name": (
        lambda: train(cost_of(network(), x=pt.matrix())),
        ValueError,
        r"an input of the graph has no name .* pt.matrix\('features'\)",
    ),
    "no initialize": (
        lambda: train(cost_of(network(initialize=False))),
        ValueError,
        r"'/mlp/linear_0.W' has no values: /mlp was not initialized; call its",
    ),
    "no examples": (
        lambda: train(None, stream(FEATURES[:0], TARGETS[:0])),
        ValueError,
        r"the data stream DataStream gave no batch in epoch 0",
    ),
    "no iteration scheme": (
        lambda: train(None, DataStream(stream().dataset)),
        TypeError,
        r"IndexableDataset needs a request .* SequentialScheme\(num_examples",
    ),
    "scheme for more examples": (
        lambda: train(None, DataStream(stream().dataset, SequentialScheme(12, 4))),
        IndexError,
        r"has 8 examples and got a request for example .* another number of",
    ),
    "dataset instead of stream": (
        lambda: train(None, stream().dataset),
        TypeError,
        r"must be a stream, got IndexableDataset; make one: DataStream\(dataset",
    ),
    "batch size 0": (
        lambda: SequentialScheme(8, 0),
        ValueError,
        r"batch_size of SequentialScheme must be at least 1, got 0",
    ),
    "batch size that is no integer": (
        lambda: ShuffledScheme(8, 2.5),
        TypeError,
        r"batch_size of ShuffledScheme must be an integer, got 2.5",
    ),
    "transformer of a misspelt source": (
        lambda: Flatten(stream(), which_sources=("feature",)),
        ValueError,
        r"'feature', which is not a source .* did you mean 'features'\?",
    ),
    "sources of different lengths": (
        lambda: IndexableDataset({"features": FEATURES, "targets": TARGETS[1:]}),
        ValueError,
        r"differ in length: \{'features': 8, 'targets': 7\}",
    ),
}


@cases(DATA)
def test_feeding_data(action, kind, message):
    refuses(action, kind, message)


TRAININGS = {
    "misspelt record": (
        lambda: train_with(monitored(prefix="test"), TrackTheBest("test_cots")),
        ValueError,
        r"'test_cots', which nobody writes. Did you mean 'test_cost'\? Written",
    ),
    "reader before writer": (
        lambda: train_with(TrackTheBest("test_cost"), monitored(prefix="test")),
        ValueError,
        r"place 'DataStreamMonitoring' before 'TrackTheBest' in the list",
    ),
    "record nobody writes": (
        lambda: train_with(FinishIfNoImprovementAfter("best", epochs=1)),
        ValueError,
        r"'FinishIfNoImprovementAfter' reads the record 'best', which nobody",
    ),
    "misspelt condition": (
        lambda: FinishAfter(after_n_epoch=3),
        TypeError,
        r"no argument or condition 'after_n_epoch'; did you mean 'after_n_epochs'",
    ),
    "condition that is no number": (
        lambda: Printing(every_n_epochs="5"),
        TypeError,
        r"every_n_epochs must be a positive integer, got '5' of type str",
    ),
    "number as yes or no": (
        lambda: Printing(after_epoch=5),
        TypeError,
        r"Printing: the condition after_epoch is True or False, got 5",
    ),
    "no end": (
        FinishAfter,
        ValueError,
        r"FinishAfter needs a condition, .* for instance after_n_epochs=20",
    ),
    "early stopping without patience": (
        lambda: EarlyStopping("test_cost"),
        ValueError,
        r"EarlyStopping needs either iterations or epochs, .* epochs=10 ends",
    ),
    "class as extension": (
        lambda: train_with(Printing),
        TypeError,
        r"got the class Printing among its extensions, .* call it: Printing\(\)",
    ),
    "extension twice": (
        lambda: train_with(*[Printing()] * 2),
        ValueError,
        r"MainLoop got the extension 'Printing' twice",
    ),
    "record written twice": (
        lambda: train_with(monitored(), monitored(name="again")),
        ValueError,
        r"'again' and 'DataStreamMonitoring' both write the record 'cost'; give",
    ),
    "nothing to be recorded under": (
        lambda: TrainingDataMonitoring([pt.matrix("x").sum()]),
        ValueError,
        r"TrainingDataMonitoring need a name .* \.copy\(name=",
    ),
    "class as step rule": (
        lambda: train(rule=Adam),
        TypeError,
        r"a step rule must be an instance, got the class Adam; call it: Adam\(\)",
    ),
    "momentum too high": (
        lambda: Momentum(0.1, momentum=2),
        ValueError,
        r"momentum must be finite and lie in \[0, 1\), got 2",
    ),
    "negative rate": (
        lambda: Scale(-0.1),
        ValueError,
        r"Scale: learning_rate must be finite and not be negative, got -0.1",
    ),
    "rule outside a list": (
        lambda: CompositeRule(Scale(0.1)),
        TypeError,
        r"components must be a list of step rules, got one, Scale; pass \[Scale",
    ),
    "cost that is no scalar": (
        lambda: train(network().apply(pt.matrix("features"))),
        ValueError,
        r"cost must be a scalar, got mlp_apply_output with 2 dimensions",
    ),
    "brick as parameters": (
        lambda: GradientDescent(cost_of(network()), network()),
        TypeError,
        r"parameters must be a list .*, got MLP; .*ComputationGraph\(cost\)",
    ),
    "argument of former days": (
        lambda: GradientDescent(cost_of(network()), params=[]),
        TypeError,
        r"takes no argument 'params'; did you mean 'parameters'\?",
    ),
    "step rule as algorithm": (
        lambda: MainLoop(Adam(), stream()),
        TypeError,
        r"got Adam, .* a step rule is a part of one: GradientDescent\(cost=cost",
    ),
    "unknown policy": (
        lambda: train(on_nan="drop"),
        ValueError,
        r"on_nan must be one of 'raise', 'skip', 'stop', 'ignore', got 'drop'",
    ),
}


@cases(TRAININGS)
def test_assembling_a_training(action, kind, message):
    refuses(action, kind, message)


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train_with(Checkpoint("run.ckpt"))
    return tmp_path / "run.ckpt"


def resume(cost=None, data=None, **settings):
    return train(cost, data, Checkpoint("run.ckpt", resume=True), **settings)


CHECKPOINTS = {
    "other shapes": (
        lambda: resume(cost_of(network((4, 6, 3)))),
        ValueError,
        r"'/mlp/linear_0.W' of this model has shape \(4, 6\) .* shape \(4, 5\)",
    ),
    "other names": (
        lambda: resume(cost_of(network(name="net"))),
        ValueError,
        r"no parameter '/net/linear_0.W'; did you mean '/mlp/linear_0.W'\?",
    ),
    "more layers": (
        lambda: resume(cost_of(network((4, 6, 5, 3)))),
        ValueError,
        r"no parameter '/mlp/linear_2.W'; .* saved for another model",
    ),
    "another step rule": (
        lambda: resume(rule=Adam()),
        ValueError,
        r"buffers lacks '/mlp/linear_0.W/adam/mean'",
    ),
    "another batch size": (
        lambda: resume(data=stream(batch_size=2)),
        ValueError,
        r"SequentialScheme.batch_size is 2 and was 4",
    ),
    "neither resume nor overwrite": (
        lambda: train_with(Checkpoint("run.ckpt")),
        ValueError,
        r"run.ckpt exists already; say resume=True .*, overwrite=True",
    ),
    "warm start with other shapes": (
        lambda: train(cost_of(network((4, 6, 3))), None, Load("run.ckpt")),
        ValueError,
        r"'/mlp/linear_0.W' of this model has shape \(4, 6\)",
    ),
    "warm start from nothing": (
        lambda: train_with(Load("gone.ckpt")),
        ValueError,
        r"Load: there is no file gone.ckpt",
    ),
    "no directory": (
        lambda: train_with(Checkpoint("gone/run.ckpt")),
        ValueError,
        r"the directory gone for run.ckpt does not exist; create it first",
    ),
}


@cases(CHECKPOINTS)
def test_checkpoints_of_something_else(saved, action, kind, message):
    refuses(action, kind, message)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[: len(content) // 2], r"run.ckpt .* truncated"),
        (lambda content: b"", r"run.ckpt has 0 bytes, too few .* truncated or no"),
        (lambda content: b"PK but no checkpoint" * 99, r"run.ckpt .*no checkpoint of"),
        (
            lambda content: content.replace(b'"epochs_done":1', b'"epochs_done":2'),
            r"run.ckpt is altered: the member 'lo.*.json' has the",
        ),
    ],
    ids=["truncated", "empty", "another file", "altered"],
)
def test_spoilt_checkpoints(saved, spoil, message):
    content = saved.read_bytes()
    spoilt = spoil(content)
    assert spoilt != content
    saved.write_bytes(spoilt)
    refuses(resume, CheckpointError, message)
    assert saved.read_bytes() == spoilt


def test_data_files(tmp_path, monkeypatch):
    path = tmp_path / "data.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file["features"] = FEATURES
    refuses(
        lambda: H5PYDataset(path, which_sets=("train",)),
        ValueError,
        r"data.hdf5' lacks the root attribute 'split', .*create_split_array",
    )
    with h5py.File(path, "a") as h5file:
        splits = {"train": {"features": (0, 4)}, "test": {"features": (4, 8)}}
        h5file.attrs["split"] = H5PYDataset.create_split_array(splits)
    refuses(
        lambda: H5PYDataset(path, which_sets=("trian",)),
        ValueError,
        r"data.hdf5' has no split 'trian'; did you mean 'train'\?",
    )
    refuses(
        lambda: H5PYDataset(tmp_path / "date.hdf5", which_sets=("train",)),
        FileNotFoundError,
        r"no data file '.*date.hdf5'; check the path",
    )
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    refuses(
        lambda: MNIST(("train",)),
        FileNotFoundError,
        r"'mnist.hdf5' .*`brickyard data convert mnist",
    )


def spoilt_batch():
    """Two batches, the second of which makes the cost NaN."""
    features = FEATURES.copy()
    features[5] = np.nan
    return stream(features)


def test_a_cost_that_is_no_number_raises():
    message = r"the cost 'cost' was not finite in batch 2; .*on_nan='skip' or 'stop'"
    refuses(lambda: train(None, spoilt_batch()), NonFiniteCostError, message)


def test_a_cost_that_is_no_number_is_skipped(caplog):
    loop = train(None, spoilt_batch(), on_nan="skip")
    assert loop.algorithm.skipped_batches == 1
    assert loop.status["epochs_done"] == 1
    assert "not finite in batch 2; the batch was skipped" in caplog.text
    assert np.isfinite(loop.model.get_parameter_values()["/mlp/linear_0.W"]).all()


def test_a_cost_that_is_no_number_stops(caplog):
    loop = train(None, spoilt_batch(), on_nan="stop")
    assert loop.log.current_row["training_finished"]
    assert "not finite in batch 2; training stops" in caplog.text
    assert np.isfinite(loop.model.get_parameter_values()["/mlp/linear_0.W"]).all()


def test_a_class_that_does_not_exist():
    message = r"not finite .*class index out of range"
    refuses(
        lambda: train(None, stream(targets=TARGETS + 1)), NonFiniteCostError, message
    )

"""Training on batches that are on the device already."""

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.datasets import DataStream, IndexableDataset, OnDevice, ShuffledScheme
from brickyard.datasets.transformers import ToDevice
from brickyard.extensions import FinishAfter
from brickyard.training import GradientDescent, MainLoop, Scale

EXAMPLES, WIDTH = 10, 3
RNG = np.random.default_rng(5)
DATASET = IndexableDataset(
    {
        "features": RNG.normal(size=(EXAMPLES, WIDTH)).astype("float32"),
        "targets": RNG.integers(0, 9, EXAMPLES),
    }
)
SCHEME = ShuffledScheme(EXAMPLES, 4, seed=3)
STREAMS = {
    "plain": lambda: DataStream(DATASET, SCHEME),
    "ahead": lambda: ToDevice(DataStream(DATASET, SCHEME), 2),
    "kept": lambda: OnDevice(DATASET, SCHEME),
}


def make_loop(stream, batches, backend="xla"):
    x, y = pt.matrix("features", dtype="float32"), pt.lvector("targets")
    weights = shared(np.zeros(WIDTH), name="W", dtype="float32")
    cost = ((pt.dot(x, weights) - y.astype("float32")) ** 2).mean()
    algorithm = GradientDescent(
        cost=cost.copy(name="cost"),
        parameters={"W": weights},
        step_rule=Scale(0.1),
        compile_kwargs={"backend": backend},
    )
    return MainLoop(
        algorithm, stream, extensions=[FinishAfter(after_n_batches=batches)]
    ), weights


def by_hand(batches):
    weights = np.zeros(WIDTH)
    stream = DataStream(DATASET, SCHEME)
    data = [batch for epoch in range(3) for batch in stream.get_epoch_iterator()]
    for x, y in data[:batches]:
        weights -= 0.1 * 2 * (x @ weights - y) @ x / len(x)
    return weights


# PyTensor ignores this one, but pytest makes an error of it again.
@pytest.mark.filterwarnings("ignore:.*is faster on contiguous arrays")
@pytest.mark.parametrize("name", ["ahead", "kept"])
def test_training_is_the_same(name, backend):
    loop, weights = make_loop(STREAMS[name](), 7, backend)
    loop.run()
    np.testing.assert_allclose(weights.get_value(), by_hand(7), rtol=1e-4)
    if backend == "xla":
        other, expected = make_loop(STREAMS["plain"](), 7)
        other.run()
        assert np.array_equal(weights.get_value(), expected.get_value())


@pytest.mark.parametrize("stop", [1, 3, 4, 6])
@pytest.mark.parametrize("name", ["ahead", "kept"])
def test_a_run_that_was_stopped_goes_on_in_the_same_way(name, stop):
    loop, expected = make_loop(STREAMS[name](), 8)
    loop.run()
    first, _ = make_loop(STREAMS[name](), stop)
    first.run()
    second, weights = make_loop(STREAMS[name](), 8)
    second.set_state(first.get_state())
    second.run()
    assert np.array_equal(weights.get_value(), expected.get_value())


@pytest.mark.parametrize("name", ["ahead", "kept"])
def test_batches_are_passed_without_copies_and_outlive_the_step(name, monkeypatch):
    stream = STREAMS[name]()
    loop, _ = make_loop(stream, 6)
    passed, process = [], loop.algorithm.process_batch

    def remember(batch):
        passed.append((batch, {k: np.array(v) for k, v in batch.items()}))
        process(batch)

    monkeypatch.setattr(loop.algorithm, "process_batch", remember)
    loop.run()
    assert len(passed) == 6
    for batch, copies in passed:
        for source, array in batch.items():
            # a donated array would be deleted
            assert not array.is_deleted()
            assert np.array_equal(array, copies[source])
    # two sizes of batches
    assert len(loop.algorithm.function.compilations) == 2

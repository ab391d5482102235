"""Training on batches that worker processes and a thread make ahead."""

import multiprocessing

import numpy as np
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
from brickyard.datasets.transformers import (
    MultiProcessing,
    Prefetch,
    RandomFixedSizeCrop,
    RandomHorizontalFlip,
    ScaleAndShift,
)
from brickyard.extensions import Checkpoint, FinishAfter
from brickyard.training import GradientDescent, MainLoop, Momentum

RNG = np.random.default_rng(5)
DATASET = IndexableDataset(
    {
        "images": RNG.integers(0, 256, (40, 3, 24, 24), dtype="uint8"),
        "targets": RNG.normal(size=40).astype("float32"),
    },
    axis_labels={"images": ("batch", "channel", "height", "width")},
)
IMAGES = {"which_sources": ("images",)}


def make_stream(num_workers):
    stream = DataStream(DATASET, ShuffledScheme(40, 8, seed=3))
    stream = RandomFixedSizeCrop(stream, (20, 20), seed=4, **IMAGES)
    stream = RandomHorizontalFlip(stream, seed=5, **IMAGES)
    if num_workers:
        stream = MultiProcessing(stream, 4, num_workers=num_workers)
    stream = ScaleAndShift(stream, 1 / 255, 0, **IMAGES)
    return Prefetch(stream, 2) if num_workers else stream


def train(num_workers, batches, *extensions):
    """Return the weights after training, and close the stream."""
    images = pt.tensor4("images", dtype="float32")
    targets = pt.vector("targets", dtype="float32")
    weights = shared(np.zeros(1200), name="W", dtype="float32")
    cost = ((pt.dot(images.flatten(2), weights) - targets) ** 2).mean()
    stream = make_stream(num_workers)
    algorithm = GradientDescent(
        cost=cost.copy(name="cost"),
        parameters={"W": weights},
        step_rule=Momentum(0.0001, 0.9),
    )
    finish = FinishAfter(after_n_batches=batches)
    MainLoop(algorithm, stream, extensions=[finish, *extensions]).run()
    stream.close()
    return weights.get_value()


def test_a_run_goes_on_exactly_with_any_number_of_workers(tmp_path):
    # imported once, before the first worker starts, not by each of them
    modules = ["brickyard.datasets.transformers"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(modules)
    expected = train(0, 12)
    assert np.isfinite(expected).all()
    path = tmp_path / "run.ckpt"
    # in the middle of the first epoch of five batches, and of the second
    for workers, batches in ((2, 3), (1, 8), (2, 12)):
        weights = train(
            workers, batches, Checkpoint(path, after_training=True, resume=True)
        )
    assert np.array_equal(weights, expected)

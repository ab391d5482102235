"""Sequences of many lengths, padded to few, train a recurrent layer."""

import numpy as np
from pytensor import tensor as pt

from brickyard.backends import compile
from brickyard.bricks.initialization import Orthogonal
from brickyard.bricks.recurrent import GatedRecurrent
from brickyard.datasets import IterableDataset
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import BucketBatch

D = 3


def test_twenty_lengths_need_at_most_five_compilations():
    rng = np.random.default_rng(1)
    lengths = list(range(1, 21)) * 6
    examples = [rng.normal(size=(n, D)).astype("float32") for n in lengths]
    stream = BucketBatch(
        DataStream(IterableDataset({"features": examples})),
        batch_size=6,
        lengths=[4, 8, 12, 16, 20],
        strictness=1,
        pool_batches=20,
    )
    gru = GatedRecurrent(D, weights_init=Orthogonal())
    gru.initialize()
    x, mask = pt.ftensor3("features"), pt.matrix("features_mask", dtype="float32")
    inputs = x.dimshuffle(1, 0, 2)
    gates = pt.concatenate([inputs, -inputs], axis=2)
    states = gru.apply(inputs, gates, mask=mask.T)
    cost = (states[-1] ** 2).mean()
    gradient = pt.grad(cost, gru.state_to_gates)
    step = compile([x, mask], [cost, gradient], backend="xla")
    batches = list(stream.get_epoch_iterator(as_dict=True))
    for batch in batches:
        found, slopes = step(
            batch["features"], batch["features_mask"].astype("float32")
        )
        assert np.isfinite(found)
        assert np.isfinite(slopes).all()
    assert len(batches) == 20
    assert 1 < len(step.compilations) <= 5

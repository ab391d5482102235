from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.datasets import (
    BatchScheme,
    ConcatenatedScheme,
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cast,
    Filter,
    Mapping,
    Merge,
    RandomSourcewiseTransformer,
    Rename,
    ShuffleBuffer,
    Unpack,
)
from brickyard.datasets.transformers.skipping import can_skip, skip
from brickyard.testing.streams import same

DATA = np.arange(46.0).reshape(23, 2)


class Noise(RandomSourcewiseTransformer):
    def randomize(self, batch, draws, source_name):
        return batch + draws[:, :1]


class Counting(IndexableDataset):
    """Counts how often it is asked."""

    asked = 0

    def get_data(self, state=None, request=None):
        type(self).asked += 1
        return super().get_data(state, request)


def shorter(data):
    return (data[0][: 1 + int(data[0][0, 0]) % 3],)


def is_kept(data):
    return np.sum(data[0]) % 8 != 1


def batches(dataset=None):
    dataset = IndexableDataset({"x": DATA}) if dataset is None else dataset
    return DataStream(dataset, ShuffledScheme(23, 3, seed=4))


def examples():
    dataset = IndexableDataset({"x": DATA})
    return DataStream(dataset, ShuffledExampleScheme(23, seed=4))


def read():
    return DataStream(IterableDataset({"x": DATA}))


PIPELINES = {
    "dataset": batches,
    "examples": examples,
    "cast": lambda: Cast(batches(), "float32"),
    "noise": lambda: Noise(batches()),
    "noise on examples": lambda: Noise(Noise(examples(), seed=2), seed=3),
    "noise twice": lambda: Noise(Cast(Noise(batches(), seed=2), "float32"), seed=3),
    "noise on shorter": lambda: Noise(Mapping(batches(), shorter)),
    "noise on names": lambda: Noise(Rename(batches(), {"x": "y"})),
    "batch": lambda: Batch(Noise(examples()), ConstantScheme(4)),
    "batch, no rest": lambda: Batch(Noise(examples()), ConstantScheme(4), 1),
    "noise on batch": lambda: Noise(Batch(examples(), ConstantScheme(4))),
    "few batches": lambda: Batch(examples(), ConstantScheme(4, times=2)),
    "read": lambda: Noise(Cast(Batch(read(), ConstantScheme(4)), "int16")),
    "filter": lambda: Noise(Filter(batches(), is_kept)),
    "unpack": lambda: Noise(Unpack(batches())),
    "shuffle": lambda: Noise(ShuffleBuffer(batches(), 4)),
    "merge": lambda: Noise(Merge((batches(), Noise(batches())), ("x", "y"))),
    "two schemes": lambda: Noise(
        DataStream(
            IndexableDataset({"x": DATA}),
            ConcatenatedScheme([SequentialScheme(9, 2), ShuffledScheme(9, 4)]),
        )
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(draw=st.data())
def test_skipping_leads_where_reading_does(name, draw):
    stream = PIPELINES[name]()
    reading = stream.get_epoch_iterator(epoch=1)
    skipping = stream.get_epoch_iterator(epoch=1)
    for item in reading:
        how = draw.draw(st.sampled_from(["read", "skip", "count"]))
        if how == "read":
            assert same(next(skipping), item)
        else:
            number = skip(skipping, counted=how == "count")
            counted = how == "count" and not stream.produces_examples
            assert number == (len(item[0]) if counted else 1)
        assert same(skipping.get_state(), reading.get_state())
    with pytest.raises(StopIteration):
        skip(skipping)


@pytest.mark.parametrize("number", [1, 5, 22, 23, 24, 100])
def test_many_examples_at_once(number):
    stream = Noise(Noise(examples(), seed=2), seed=3)
    iterator = stream.get_epoch_iterator(epoch=0)
    assert skip(iterator, number) == min(number, 23)
    assert same(list(iterator), list(stream.get_epoch_iterator(epoch=0))[number:])


def test_nothing_is_read_for_batches_that_are_skipped():
    Counting.asked = 0
    stream = Noise(Cast(batches(Counting({"x": DATA})), "float32"))
    iterator = stream.get_epoch_iterator(epoch=0)
    for _ in range(7):
        skip(iterator)
    assert Counting.asked == 0
    assert same(next(iterator), list(stream.get_epoch_iterator(epoch=0))[7])


class Strange(BatchScheme):
    """Requests whose length does not tell that of their batches."""

    requests_examples = False

    def get_request_iterator(self, epoch=0):
        requests = SequentialScheme(23, 3).get_request_iterator(epoch)
        requests.order = Slices()
        return requests


class Slices:
    def __len__(self):
        return 23

    def __getitem__(self, key):
        return slice(key.start, min(key.stop, 23))


def test_requests_of_unknown_length_are_read():
    stream = Noise(DataStream(IndexableDataset({"x": DATA}), Strange(23, 3)))
    expected = list(stream.get_epoch_iterator(epoch=0))
    iterator = stream.get_epoch_iterator(epoch=0)
    skip(iterator)
    assert same(list(iterator), expected[1:])


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (batches(), True),
        (examples(), True),
        (read(), False),
        (Cast(read(), "int8"), True),
        (Batch(read(), ConstantScheme(2)), False),
        (Batch(examples(), ConstantScheme(2)), True),
        (Batch(examples(), ConstantScheme(2), 2), False),
        (Filter(batches(), is_kept), False),
        (ShuffleBuffer(batches(), 2), False),
        (Noise(ShuffleBuffer(batches(), 2)), True),
    ],
)
def test_what_can_be_skipped(stream, expected):
    iterator = stream.get_epoch_iterator(epoch=0)
    assert can_skip(iterator) is expected
    assert len(list(islice(iterator, 2))) == 2

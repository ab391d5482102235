import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cast,
    Filter,
    Prefetch,
    ShuffleBuffer,
    Unpack,
)
from brickyard.testing import check_stream
from brickyard.testing.streams import same

DATA = np.arange(40.0).reshape(20, 2)


def batches():
    labels = {"x": ("batch", "feature")}
    dataset = IndexableDataset({"x": DATA}, axis_labels=labels)
    return DataStream(dataset, ShuffledScheme(20, 3, seed=2))


def examples():
    return DataStream(IndexableDataset({"x": DATA}), ShuffledExampleScheme(20))


def is_kept(data):
    return data[0].sum() % 8 != 1


PIPELINES = {
    "alone": lambda n: Prefetch(batches(), n),
    "of examples": lambda n: Prefetch(examples(), n),
    "without requests": lambda n: Prefetch(DataStream(IterableDataset("bricks")), n),
    "below": lambda n: Cast(Prefetch(batches(), n), "float32"),
    "above": lambda n: Prefetch(Cast(batches(), "float32"), n),
    "twice": lambda n: Prefetch(Prefetch(batches(), n), 2),
    "below batch": lambda n: Batch(Prefetch(examples(), n), ConstantScheme(3)),
    "above batch": lambda n: Prefetch(Batch(examples(), ConstantScheme(3), 1), n),
    "above filter": lambda n: Prefetch(Filter(batches(), is_kept), n),
    "in between": lambda n: Unpack(Prefetch(ShuffleBuffer(batches(), 3), n)),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_streams(name):
    check_stream(PIPELINES[name](2))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(draw=st.data())
def test_items_are_those_below_from_any_position(draw):
    stream = PIPELINES[draw.draw(st.sampled_from(sorted(PIPELINES)))](
        draw.draw(st.sampled_from([1, 3, 100]))
    )
    expected = list(stream.get_epoch_iterator(epoch=2))
    iterator = stream.get_epoch_iterator(epoch=2)
    for _ in range(3):
        position = draw.draw(st.integers(0, len(expected)))
        one = stream.get_epoch_iterator(epoch=2)
        for item in expected[:position]:
            assert same(next(one), item)
        iterator.set_state(one.get_state())
        count = draw.draw(st.integers(0, 4))
        for item in expected[position : position + count]:
            assert same(next(iterator), item)
        one.close()
    iterator.close()


def test_tells_what_the_stream_below_is():
    stream = Prefetch(batches())
    assert stream.sources == ("x",)
    assert stream.epoch_length == 7
    assert not stream.produces_examples
    assert stream.axis_labels == {"x": ("batch", "feature")}
    assert Prefetch(examples()).produces_examples
    labels = {"x": ("batch", "other")}
    assert Prefetch(batches(), axis_labels=labels).axis_labels == labels


def test_data_for_a_request():
    assert same(Prefetch(batches()).get_data([1, 3]), (DATA[[1, 3]],))


def test_reads_in_another_thread():
    seen = []

    class Here(Cast):
        def transform_batch(self, batch):
            seen.append(threading.current_thread())
            return batch

    assert same(
        list(Prefetch(Here(batches(), "int8")).get_epoch_iterator(epoch=0)),
        list(batches().get_epoch_iterator(epoch=0)),
    )
    assert set(seen).isdisjoint({threading.current_thread()})


def test_closing_closes_the_stream_below():
    iterator = Prefetch(batches()).get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator) == []
    assert list(iterator.reader.child) == []


def test_refuses_arguments():
    with pytest.raises(ValueError, match="max_store of Prefetch must be at least 1"):
        Prefetch(batches(), 0)
    with pytest.raises(TypeError, match="max_store of Prefetch must be an integer"):
        Prefetch(batches(), "2")
    with pytest.raises(TypeError, match="Prefetch reads a data stream, got list"):
        Prefetch([1, 2])

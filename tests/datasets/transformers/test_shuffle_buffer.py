import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
)
from brickyard.datasets.transformers import Batch, ShuffleBuffer, Unpack
from brickyard.datasets.transformers.draws import Draws
from brickyard.testing import check_stream


def stream_of(count):
    return DataStream(IterableDataset({"x": range(count)}))


def epoch(stream, number=0):
    return [x for (x,) in stream.get_epoch_iterator(epoch=number)]


@pytest.mark.parametrize("size", [1, 2, 5, 9, 10, 100])
def test_streams(size):
    check_stream(ShuffleBuffer(stream_of(9), size))


def test_nested():
    dataset = IndexableDataset({"x": np.arange(20)})
    stream = Unpack(DataStream(dataset, SequentialScheme(20, 3)))
    stream = ShuffleBuffer(ShuffleBuffer(stream, 4, seed=1), 3, seed=2)
    check_stream(ShuffleBuffer(Batch(stream, ConstantScheme(3)), 2))


@pytest.mark.parametrize("size", [1, 2, 7, 50, 200])
def test_every_item_comes_once_and_not_too_early(size):
    order = epoch(ShuffleBuffer(stream_of(100), size))
    assert sorted(order) == list(range(100))
    assert all(item - place < size for place, item in enumerate(order))
    assert (order == list(range(100))) == (size == 1)


def test_against_a_plain_list():
    draws = Draws(5, 3, "ShuffleBuffer").take(30)[:, 0]
    below, buffer, expected = list(range(30)), [], []
    for draw in draws:
        while below and len(buffer) < 6:
            buffer.append(below.pop(0))
        place = int(draw * len(buffer))
        expected.append(buffer[place])
        buffer[place] = buffer[-1]
        buffer.pop()
    assert epoch(ShuffleBuffer(stream_of(30), 6, seed=5), 3) == expected


def test_a_buffer_for_everything_makes_all_orders_equally_likely():
    stream = ShuffleBuffer(stream_of(3), 3)
    orders = [tuple(epoch(stream, number)) for number in range(3000)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    np.testing.assert_allclose(np.divide(counts, 3000), 1 / 6, atol=0.025)


def test_epoch_and_seed_matter():
    one = epoch(ShuffleBuffer(stream_of(30), 10, 1))
    assert epoch(ShuffleBuffer(stream_of(30), 10)) == one
    assert epoch(ShuffleBuffer(stream_of(30), 10, 2)) != one
    assert epoch(ShuffleBuffer(stream_of(30), 10), 1) != one


def test_the_state_has_no_data_in_it():
    iterator = ShuffleBuffer(stream_of(30), 5).get_epoch_iterator()
    next(iterator)
    part = iterator.get_state()["parts"]["buffer"]
    assert sorted(part) == ["child", "first", "held", "read"]
    assert part["held"].dtype == np.int64
    assert len(part["held"]) == 4


def test_batches_stay_together():
    dataset = IndexableDataset({"x": np.arange(12)})
    stream = ShuffleBuffer(DataStream(dataset, SequentialScheme(12, 3)), 3, seed=4)
    assert not stream.produces_examples
    assert stream.epoch_length == 4
    batches = [x.tolist() for x in epoch(stream)]
    assert sorted(batches) == [[i, i + 1, i + 2] for i in (0, 3, 6, 9)]


def test_closing_closes_the_stream_below():
    iterator = ShuffleBuffer(stream_of(5), 2).get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator.buffer.child) == []


def test_has_no_data_outside_an_epoch():
    with pytest.raises(
        ValueError, match="ShuffleBuffer has no data for a single reques"
    ):
        ShuffleBuffer(stream_of(5), 2).get_data()


def test_refuses_malformed_states():
    iterator = ShuffleBuffer(stream_of(5), 2).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    with pytest.raises(
        ValueError, match="'memory' in the state of a ShuffleBuffer must"
    ):
        iterator.set_state({**state, "memory": -1})
    assert [x for (x,) in iterator] == epoch(ShuffleBuffer(stream_of(5), 2))[1:]


def test_refuses_arguments():
    with pytest.raises(
        ValueError, match="buffer_size of ShuffleBuffer must be at least"
    ):
        ShuffleBuffer(stream_of(5), 0)
    with pytest.raises(TypeError, match="seed of ShuffleBuffer must be an integer"):
        ShuffleBuffer(stream_of(5), 3, "1")

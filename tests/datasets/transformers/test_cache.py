import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import Cache, Mapping
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"x": np.arange(22.0).reshape(11, 2), "y": np.arange(11)},
        axis_labels={"x": ("batch", "feature")},
    )


def ys(stream):
    return [y.tolist() for _, y in stream.get_epoch_iterator(epoch=0)]


def empty_if_three(data):
    return tuple(array[:0] if 3 in data[1] else array for array in data)


@pytest.mark.parametrize("below", [1, 3, 4, 11])
@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_stream(dataset, below, size):
    stream = Cache(DataStream(dataset, ShuffledScheme(11, below)), ConstantScheme(size))
    check_stream(stream)
    assert [len(y) for y in ys(stream)] == [
        min(size, 11 - start) for start in range(0, 11, size)
    ]
    together = np.concatenate(ys(stream))
    order = ys(DataStream(dataset, ShuffledScheme(11, below)))
    np.testing.assert_array_equal(together, np.concatenate(order))


def test_batches_within_one_below_are_views(dataset):
    stream = Cache(DataStream(dataset, SequentialScheme(11, 6)), ConstantScheme(3))
    x, _ = next(stream.get_epoch_iterator())
    assert np.shares_memory(x, dataset.indexables[0])


def test_the_scheme_may_end_first(dataset):
    stream = DataStream(dataset, SequentialScheme(11, 4))
    assert ys(Cache(stream, ConstantScheme(3, times=2))) == [[0, 1, 2], [3, 4, 5]]


def test_empty_batches_are_passed_over(dataset):
    below = Mapping(DataStream(dataset, SequentialScheme(11, 3)), empty_if_three)
    stream = Cache(below, ConstantScheme(4))
    assert ys(stream) == [[0, 1, 2, 6], [7, 8, 9, 10]]
    check_stream(stream)


def test_examples_of_different_shapes():
    dataset = IndexableDataset({"x": ragged([np.arange(n) for n in (1, 2, 2, 3, 3)])})
    stream = Cache(DataStream(dataset, SequentialScheme(5, 2)), ConstantScheme(3))
    check_stream(stream)
    shapes = [[len(e) for e in x] for (x,) in stream.get_epoch_iterator(epoch=0)]
    assert shapes == [[1, 2, 2], [3, 3]]


def test_lists():
    dataset = IterableDataset({"x": [[1, 2, 3], [4], [5, 6]]})
    below = DataStream(dataset, produces_examples=False)
    stream = Cache(below, ConstantScheme(4))
    check_stream(stream)
    assert [list(x) for (x,) in stream.get_epoch_iterator()] == [[1, 2, 3, 4], [5, 6]]


def test_labels(dataset):
    below = DataStream(dataset, SequentialScheme(11, 4))
    assert Cache(below, ConstantScheme(2)).axis_labels == {"x": ("batch", "feature")}


def test_refuses_a_position_beyond_the_batch(dataset):
    below = DataStream(dataset, SequentialScheme(11, 4))
    iterator = Cache(below, ConstantScheme(3)).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    with pytest.raises(ValueError, match=r"memory.*must be between 0 and 3, got 4"):
        iterator.set_state({**state, "memory": 4})
    assert iterator.get_state() == state


def test_closing_closes_the_stream_below(dataset):
    below = DataStream(dataset, SequentialScheme(11, 4))
    iterator = Cache(below, ConstantScheme(3)).get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator.replay.child) == []


def test_refuses_examples(dataset):
    with pytest.raises(ValueError, match="Cache divides batches, but DataStream gives"):
        Cache(dataset.get_example_stream(), ConstantScheme(2))


def test_refuses_other_schemes(dataset):
    below = DataStream(dataset, SequentialScheme(11, 4))
    with pytest.raises(TypeError, match="Cache needs a scheme that requests numbers"):
        Cache(below, SequentialScheme(11, 2))

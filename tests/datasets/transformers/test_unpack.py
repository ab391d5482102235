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
from brickyard.datasets.transformers import Batch, Mapping, Unpack
from brickyard.testing import check_stream


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"x": np.arange(14.0).reshape(7, 2), "y": np.arange(7)},
        axis_labels={"x": ("batch", "feature")},
    )


@pytest.fixture
def batches(dataset):
    return DataStream(dataset, ShuffledScheme(7, 3))


def drop_middle_batch(data):
    return tuple(array[:0] if 3 in data[1] else array for array in data)


def shorten_x(data):
    return data[0][:1], data[1]


def test_stream(batches):
    check_stream(Unpack(batches))


def test_stream_of_an_iterable():
    dataset = IterableDataset({"x": [[1, 2, 3], [4], [5, 6]]})
    check_stream(Unpack(DataStream(dataset, produces_examples=False)))


def test_examples_in_order(batches):
    examples = list(Unpack(batches).get_epoch_iterator(epoch=1))
    expected = np.concatenate([y for _, y in batches.get_epoch_iterator(epoch=1)])
    np.testing.assert_array_equal([y for _, y in examples], expected)
    assert examples[0][0].shape == (2,)


def test_undoes_batch(dataset):
    examples = dataset.get_example_stream()
    again = Unpack(Batch(examples, ConstantScheme(3)))
    assert again.produces_examples
    for one, other in zip(
        examples.get_epoch_iterator(), again.get_epoch_iterator(), strict=True
    ):
        np.testing.assert_array_equal(one[0], other[0])


def test_empty_batches_are_passed_over(dataset):
    batches = DataStream(dataset, SequentialScheme(7, 2))
    stream = Unpack(Mapping(batches, drop_middle_batch))
    assert [y for _, y in stream.get_epoch_iterator()] == [0, 1, 4, 5, 6]
    check_stream(stream)


def test_the_state_has_no_data_in_it(batches):
    iterator = Unpack(batches).get_epoch_iterator()
    next(iterator)
    assert "array" not in repr(iterator.get_state())


def test_labels(batches):
    assert Unpack(batches).axis_labels == {"x": ("feature",)}
    mine = {"x": ("f",)}
    assert Unpack(batches, axis_labels=mine).axis_labels == mine


def test_refuses_a_position_beyond_the_batch(batches):
    iterator = Unpack(batches).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    with pytest.raises(ValueError, match=r"memory.*must be between 0 and 2, got 3"):
        iterator.set_state({**state, "memory": 3})
    assert iterator.get_state() == state


def test_closing_closes_the_stream_below(batches):
    iterator = Unpack(batches).get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator.replay.child) == []


def test_sources_of_unequal_length(batches):
    stream = Unpack(Mapping(batches, shorten_x))
    with pytest.raises(ValueError, match=r"Unpack: .* got 'x': 1, 'y': 3"):
        next(stream.get_epoch_iterator())


def test_refuses_examples(dataset):
    with pytest.raises(
        ValueError, match="Unpack divides batches, but DataStream gives"
    ):
        Unpack(dataset.get_example_stream())

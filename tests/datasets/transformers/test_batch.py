import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
)
from brickyard.datasets.transformers import Batch, Unpack
from brickyard.testing import check_stream


@pytest.fixture
def examples():
    dataset = IndexableDataset(
        {"x": np.arange(14.0).reshape(7, 2), "y": np.arange(7)},
        axis_labels={"x": ("batch", "feature")},
    )
    return DataStream(dataset, ShuffledExampleScheme(7))


@pytest.mark.parametrize("strictness", [0, 1])
def test_stream(examples, strictness):
    check_stream(Batch(examples, ConstantScheme(3), strictness=strictness))


def test_stream_of_an_iterable():
    stream = DataStream(IterableDataset({"x": [1, 2, 3, 4, 5], "y": "abcde"}))
    check_stream(Batch(stream, ConstantScheme(2)))


def test_examples_in_order(examples):
    batches = list(Batch(examples, ConstantScheme(3)).get_epoch_iterator())
    assert [x.shape for x, _ in batches] == [(3, 2), (3, 2), (1, 2)]
    alone = list(examples.get_epoch_iterator(epoch=0))
    np.testing.assert_array_equal(
        np.concatenate([y for _, y in batches]), [y for _, y in alone]
    )
    assert batches[0][1].dtype == np.int64


def test_strictness(examples):
    def sizes(size, strictness):
        stream = Batch(examples, ConstantScheme(size), strictness)
        return [len(y) for _, y in stream.get_epoch_iterator()]

    assert sizes(3, 0) == [3, 3, 1]
    assert sizes(3, 1) == [3, 3]
    assert sizes(7, 2) == [7]
    with pytest.raises(
        ValueError, match="ended with 1 examples where a batch of 3 was requested"
    ):
        sizes(3, 2)


def test_the_scheme_may_end_first(examples):
    stream = Batch(examples, ConstantScheme(2, times=2))
    assert len(list(stream.get_epoch_iterator())) == 2


def test_examples_of_different_shapes():
    sequences = [[1, 2], [3], [4, 5], [6, 7]]
    stream = Batch(DataStream(IterableDataset(sequences)), ConstantScheme(2))
    (first,), (second,) = stream.get_epoch_iterator()
    assert first.dtype == object
    assert [example.tolist() for example in first] == [[1, 2], [3]]
    np.testing.assert_array_equal(second, [[4, 5], [6, 7]])
    check_stream(stream)


def test_labels(examples):
    expected = {"x": ("batch", "feature")}
    assert Batch(examples, ConstantScheme(3)).axis_labels == expected
    unpacked = Unpack(Batch(examples, ConstantScheme(3)))
    assert unpacked.axis_labels == {"x": ("feature",)}
    assert Batch(unpacked, ConstantScheme(3)).axis_labels == expected
    mine = {"y": ("batch",)}
    assert Batch(examples, ConstantScheme(3), axis_labels=mine).axis_labels == mine


def test_refuses_batches(examples):
    batches = DataStream(examples.dataset, SequentialScheme(7, 2))
    with pytest.raises(
        ValueError, match="Batch gathers examples, but DataStream gives"
    ):
        Batch(batches, ConstantScheme(2))


@pytest.mark.parametrize("strictness", [3, -1, None])
def test_refuses_other_strictness(examples, strictness):
    with pytest.raises(ValueError, match=f"strictness must be 0 .* got {strictness}"):
        Batch(examples, ConstantScheme(2), strictness)


@pytest.mark.parametrize(
    "scheme", [SequentialScheme(7, 2), SequentialExampleScheme(7), 3]
)
def test_refuses_other_schemes(examples, scheme):
    with pytest.raises(TypeError, match="Batch needs a scheme that requests numbers"):
        Batch(examples, scheme)


def test_no_single_request(examples):
    with pytest.raises(ValueError, match="Batch has no data for a single request"):
        Batch(examples, ConstantScheme(2)).get_data(2)

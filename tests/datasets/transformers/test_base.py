import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.iterator import DataIterator
from brickyard.datasets.transformers import AgnosticTransformer, Transformer
from brickyard.testing import check_stream


class Twice(AgnosticTransformer):
    def transform_any(self, data):
        return tuple(2 * np.asarray(array) for array in data)


class Same(Transformer):
    def make_iterator(self, child_iterator, epoch):
        return super().make_iterator(child_iterator, epoch)


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"x": np.arange(7.0), "y": np.arange(7)}, axis_labels={"x": ("batch",)}
    )


@pytest.fixture
def batches(dataset):
    return DataStream(dataset, SequentialScheme(7, 3))


def test_stream(batches, dataset):
    check_stream(Twice(batches))
    check_stream(Twice(Twice(dataset.get_example_stream())))


def test_takes_over_what_the_stream_below_says(batches):
    stream = Twice(batches)
    assert stream.sources == ("x", "y")
    assert not stream.produces_examples
    assert stream.axis_labels == {"x": ("batch",)}


def test_labels_are_a_copy(batches):
    stream = Twice(batches)
    stream.axis_labels["x"] = ("time",)
    assert batches.axis_labels == {"x": ("batch",)}
    assert Twice(batches, axis_labels={"y": ["b"]}).axis_labels == {"y": ("b",)}


def test_produces_examples_can_be_said(batches):
    assert Twice(batches, produces_examples=True).produces_examples


def test_get_data_transforms(batches):
    x, y = Twice(batches).get_data([1, 3])
    np.testing.assert_array_equal(x, [2, 6])
    np.testing.assert_array_equal(y, [2, 6])


def test_the_stream_below_keeps_its_counter(batches):
    stream = Twice(batches)
    list(stream.get_epoch_iterator())
    assert (stream.epoch, batches.epoch) == (1, 0)


def test_closes_the_stream_below(batches, monkeypatch):
    closed = []
    monkeypatch.setattr(type(batches), "close", lambda self: closed.append(self))
    Twice(Twice(batches)).close()
    assert closed == [batches]


def test_no_single_request_with_an_iterator_of_its_own(batches):
    with pytest.raises(ValueError, match="Same has no data for a single request"):
        Same(batches).get_data([1])


def test_reads_streams_only(dataset):
    with pytest.raises(
        TypeError, match=r"Twice reads a data stream, got IndexableDataset; wrap"
    ):
        Twice(dataset)


def test_what_is_not_defined_is_named(batches, dataset):
    examples = dataset.get_example_stream()
    with pytest.raises(NotImplementedError, match=r"Transformer.transform_batch"):
        next(Transformer(batches).get_epoch_iterator())
    with pytest.raises(NotImplementedError, match=r"Transformer.transform_example"):
        next(Transformer(examples).get_epoch_iterator())
    with pytest.raises(NotImplementedError, match=r"AgnosticTransformer.transform_any"):
        next(AgnosticTransformer(batches).get_epoch_iterator())


def test_iterators_close_the_ones_below(batches):
    iterator = Twice(Twice(batches)).get_epoch_iterator()
    next(iterator)
    iterator.close()
    innermost = iterator.child.child
    assert isinstance(innermost, DataIterator)
    assert list(innermost) == []


def test_epoch_length_is_that_below_if_items_stay_items(batches):
    assert Twice(Twice(batches)).epoch_length == 3
    assert Same(batches).epoch_length is None


def test_a_transformer_that_works_in_get_data_alone_is_refused(batches):
    class AsInFuel(Transformer):
        def get_data(self, request=None):
            return next(self.child_epoch_iterator)

    class Both(Twice):
        def get_data(self, request=None):
            return super().get_data(request)

    with pytest.raises(
        TypeError, match=r"AsInFuel overrides get_data, .*make_iterator"
    ):
        AsInFuel(batches)
    assert Both(batches).sources == batches.sources

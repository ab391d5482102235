import pickle
from itertools import islice

import numpy as np
import pytest

from brickyard.datasets import (
    AbstractDataStream,
    ConstantScheme,
    Dataset,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.datasets.streams import copy_axis_labels
from brickyard.testing.streams import check_stream


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"x": np.arange(6), "y": np.arange(6) ** 2},
        axis_labels={"x": ("batch",), "y": ("batch",)},
    )


@pytest.fixture
def stream(dataset):
    return DataStream(dataset, ShuffledScheme(6, 4, seed=2))


class Counting(Dataset):
    """Gives 0, 1, 2, and counts how many of its readers are open."""

    provides_sources = ("n",)

    def __init__(self):
        super().__init__()
        self.open_readers = 0

    def open(self):
        self.open_readers += 1
        return {"next": 0, "open": True}

    def close(self, state):
        self.open_readers -= state["open"]
        state["open"] = False

    def save_state(self, state):
        return {"next": state["next"]}

    def restore_state(self, saved):
        if saved["next"] > 3:
            raise ValueError("next must be at most 3")
        return {**self.open(), **saved}

    def get_data(self, state=None, request=None):
        if state["next"] == 3:
            raise StopIteration
        state["next"] += 1
        return (state["next"] - 1,)


def test_sources_and_labels_are_the_datasets(dataset, stream):
    assert stream.sources == ("x", "y")
    assert stream.axis_labels == dataset.axis_labels
    assert stream.axis_labels is not dataset.axis_labels
    labels = {"x": ["time"]}
    assert DataStream(dataset, axis_labels=labels).axis_labels == {"x": ("time",)}


def test_labels_are_those_of_the_sources_given():
    dataset = IndexableDataset(
        {"x": [1], "y": [2]},
        sources=("y",),
        axis_labels={"x": ("batch",), "y": ("time",)},
    )
    assert DataStream(dataset).axis_labels == {"y": ("time",)}
    with pytest.raises(
        ValueError, match=r"labels for the unknown source 'x'\. There ar"
    ):
        DataStream(dataset, axis_labels={"x": ("batch",)})


def test_copy_axis_labels():
    assert copy_axis_labels(None) is None


def test_kind_of_data(dataset):
    assert not DataStream(dataset, SequentialScheme(6, 2)).produces_examples
    assert DataStream(dataset, SequentialExampleScheme(6)).produces_examples
    assert DataStream(Counting()).produces_examples
    assert not DataStream(Counting(), produces_examples=False).produces_examples
    with pytest.raises(
        ValueError, match=r"produces_examples=True contradicts .* batches"
    ):
        DataStream(dataset, SequentialScheme(6, 2), produces_examples=True)


def test_scheme_must_be_one(dataset):
    with pytest.raises(
        TypeError, match=r"must be an iteration scheme such as .*got 128"
    ):
        DataStream(dataset, 128)
    with pytest.raises(TypeError, match=r"got <class .*SequentialScheme"):
        DataStream(dataset, SequentialScheme)


def test_dataset_must_be_one():
    with pytest.raises(TypeError, match=r"must be a dataset .*, got ndarray"):
        DataStream(np.arange(4), SequentialScheme(4, 2))
    with pytest.raises(TypeError, match="got the class IndexableDataset"):
        DataStream(IndexableDataset, SequentialScheme(4, 2))


def test_tuples_and_dicts(dataset):
    stream = DataStream(dataset, iteration_scheme=SequentialScheme(6, 4))
    first, second = stream.get_epoch_iterator()
    np.testing.assert_array_equal(first[1], [0, 1, 4, 9])
    np.testing.assert_array_equal(second[0], [4, 5])
    named = next(stream.get_epoch_iterator(as_dict=True))
    assert list(named) == ["x", "y"]
    np.testing.assert_array_equal(named["x"], first[0])


def test_check_stream(stream):
    check_stream(stream)
    check_stream(DataStream(Counting()))


def test_counter(stream):
    assert stream.get_state() == {"epoch": 0}
    assert stream.get_epoch_iterator().epoch == 0
    assert stream.get_epoch_iterator().epoch == 1
    assert stream.get_epoch_iterator(epoch=7).epoch == 7
    assert stream.epoch == 2
    stream.next_epoch()
    assert stream.epoch == 3
    stream.set_state({"epoch": 9})
    assert stream.get_epoch_iterator().epoch == 9
    stream.reset()
    assert stream.epoch == 0


def test_wrong_states(stream):
    with pytest.raises(ValueError, match="the state of DataStream lacks 'epoch'"):
        stream.set_state({"epok": 1})
    with pytest.raises(
        ValueError, match="'epoch' in the state of DataStream must be at"
    ):
        stream.set_state({"epoch": -1})
    with pytest.raises(
        TypeError, match="'epoch' in the state of DataStream must be an"
    ):
        stream.get_epoch_iterator(epoch="first")


def test_iterate_epochs(stream):
    epochs = list(islice(stream.iterate_epochs(as_dict=True), 3))
    assert [iterator.epoch for iterator in epochs] == [0, 1, 2]
    assert isinstance(next(epochs[2]), dict)


def test_epochs_differ_and_repeat(stream):
    orders = [
        np.concatenate([x for x, _ in stream.get_epoch_iterator(epoch=e)]).tolist()
        for e in (0, 1, 0)
    ]
    assert orders[0] != orders[1]
    assert orders[0] == orders[2]


def test_peeking_disturbs_nothing(stream):
    iterator = stream.get_epoch_iterator()
    x, _ = stream.get_data([5, 1])
    np.testing.assert_array_equal(x, [5, 1])
    assert stream.epoch == 1
    assert len(list(iterator)) == 2
    readers = DataStream(Counting())
    assert readers.get_data() == (0,)
    assert readers.get_data() == (0,)
    assert readers.dataset.open_readers == 0


def test_readers_are_closed():
    dataset = Counting()
    stream = DataStream(dataset)
    iterator = stream.get_epoch_iterator()
    assert dataset.open_readers == 1
    assert len(list(iterator)) == 3
    assert dataset.open_readers == 0
    other = stream.get_epoch_iterator()
    next(other)
    other.close()
    assert dataset.open_readers == 0
    assert list(other) == []
    other = stream.get_epoch_iterator(epoch=0)
    other.set_state(iterator.get_state())
    assert dataset.open_readers == 1
    assert list(other) == []
    assert dataset.open_readers == 0
    stream.close()


def test_a_refused_position_of_the_dataset_changes_nothing():
    iterator = DataStream(Counting()).get_epoch_iterator()
    next(iterator)
    with pytest.raises(ValueError, match="next must be at most 3"):
        iterator.set_state({**iterator.get_state(), "memory": {"next": 9}})
    assert list(iterator) == [(1,), (2,)]


def test_a_state_of_another_kind_of_dataset(stream):
    iterator = stream.get_epoch_iterator()
    with pytest.raises(ValueError, match="IndexableDataset has no position of its own"):
        iterator.set_state({**iterator.get_state(), "memory": {"consumed": 1}})


def test_default_stream(dataset):
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(6, 3))
    assert isinstance(stream, DataStream)


def test_streams_pickle_while_they_are_read():
    stream = DataStream(IterableDataset({"x": [1, 2, 3]}))
    next(stream.get_epoch_iterator())
    copied = pickle.loads(pickle.dumps(stream))
    assert copied.epoch == 1
    assert list(copied.get_epoch_iterator()) == [(1,), (2,), (3,)]


@pytest.mark.parametrize("name", ["sources", "produces_examples"])
def test_abstract_properties(name):
    with pytest.raises(NotImplementedError, match=rf"AbstractDataStream\.{name}"):
        getattr(AbstractDataStream(), name)


def test_abstract_methods():
    with pytest.raises(NotImplementedError, match=r"AbstractDataStream\.open_epoch"):
        AbstractDataStream().get_epoch_iterator()
    with pytest.raises(NotImplementedError, match=r"AbstractDataStream\.get_data"):
        AbstractDataStream().get_data()
    stream = AbstractDataStream(SequentialScheme(3, 1))
    assert stream.produces_examples is False


def test_epoch_length(stream, dataset):
    assert stream.epoch_length == len(list(stream.get_epoch_iterator())) == 2
    assert DataStream(dataset, SequentialExampleScheme(6)).epoch_length == 6
    assert DataStream(IterableDataset({"x": [1]})).epoch_length is None
    assert AbstractDataStream().epoch_length is None


class Words(Dataset):
    """Reads along a text, and says nothing about where it stands."""

    provides_sources = ("words",)

    def __init__(self, text):
        super().__init__()
        self.text = text

    def open(self):
        return iter(self.text.split())

    def get_data(self, state=None, request=None):
        return ([next(state) for _ in range(request)],)


def test_a_dataset_without_a_saved_state_is_read_again():
    stream = DataStream(Words("a b c d e f g h"), ConstantScheme(3))
    check_stream(stream)
    iterator = stream.get_epoch_iterator()
    next(iterator)
    state = iterator.get_state()
    assert state["memory"] == {"read_again": 1}
    other = stream.get_epoch_iterator(epoch=0)
    other.set_state(state)
    assert next(other) == (["d", "e", "f"],)
    shorter = DataStream(Words("a b"), ConstantScheme(3)).get_epoch_iterator()
    with pytest.raises(ValueError, match=r"of Words ended after 0 items, .* behind 1"):
        shorter.set_state(state)


def test_the_inherited_constructor_is_needed():
    class Forgetful(Dataset):
        provides_sources = ("x",)

        def __init__(self):
            self.x = 1

    with pytest.raises(TypeError, match=r"Forgetful is used .* super\(\).__init__"):
        DataStream(Forgetful(), SequentialScheme(4, 2))


def test_schemes_are_asked_for_an_epoch(dataset):
    class AsInFuel(SequentialScheme):
        def get_request_iterator(self):
            return iter([[0, 1]])

    with pytest.raises(TypeError, match=r"AsInFuel.* must take the number of"):
        DataStream(dataset, AsInFuel(6, 2))

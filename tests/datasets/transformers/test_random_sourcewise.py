import numpy as np
import pytest

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import Mapping, RandomSourcewiseTransformer
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream


class AddDraw(RandomSourcewiseTransformer):
    def randomize(self, batch, draws, source_name):
        return batch + draws[:, 0].reshape(-1, *(1,) * (batch.ndim - 1))


class AddOther(AddDraw):
    pass


@pytest.fixture
def dataset():
    return IndexableDataset({"x": np.zeros((7, 2)), "y": np.zeros(7)})


def epoch(stream, number=0):
    return list(stream.get_epoch_iterator(epoch=number))


def joined(stream, source=0, number=0):
    return np.concatenate([data[source] for data in epoch(stream, number)])


def shorten_x(data):
    return data[0][:1], data[1]


def test_streams(dataset):
    check_stream(AddDraw(DataStream(dataset, ShuffledScheme(7, 3)), seed=3))
    check_stream(AddDraw(dataset.get_example_stream(), which_sources=("y",)))


def test_the_size_of_batches_does_not_matter(dataset):
    whole = joined(AddDraw(DataStream(dataset, SequentialScheme(7, 7))))
    for size in (1, 3):
        stream = AddDraw(DataStream(dataset, SequentialScheme(7, size)))
        np.testing.assert_array_equal(joined(stream), whole)
    examples = epoch(AddDraw(dataset.get_example_stream()))
    np.testing.assert_array_equal([x for x, _ in examples], whole)
    assert len(np.unique(whole[:, 0])) == 7


def test_sources_of_an_example_get_the_same_numbers(dataset):
    stream = AddDraw(DataStream(dataset, SequentialScheme(7, 4)))
    np.testing.assert_array_equal(joined(stream, 0)[:, 0], joined(stream, 1))


def test_other_sources_are_kept(dataset):
    stream = AddDraw(DataStream(dataset, SequentialScheme(7, 4)), which_sources=("y",))
    np.testing.assert_array_equal(joined(stream, 0), 0)
    assert joined(stream, 1).all()


def test_epoch_seed_and_class_matter(dataset):
    below = DataStream(dataset, SequentialScheme(7, 4))
    one = joined(AddDraw(below, seed=1))
    np.testing.assert_array_equal(joined(AddDraw(below)), one)
    for other in (
        joined(AddDraw(below, seed=2)),
        joined(AddDraw(below), number=1),
        joined(AddOther(below)),
    ):
        assert not np.isin(other, one).any()


def test_examples_of_different_shapes():
    sequences = ragged([np.zeros(2), np.zeros(3), np.zeros(1)])
    below = DataStream(IndexableDataset({"x": sequences}), SequentialScheme(3, 3))
    ((x,),) = epoch(AddDraw(below))
    assert [example.shape for example in x] == [(2,), (3,), (1,)]
    dense = DataStream(
        IndexableDataset({"x": np.zeros((3, 1))}), SequentialScheme(3, 3)
    )
    np.testing.assert_array_equal([e[0] for e in x], joined(AddDraw(dense))[:, 0])


def test_epochs_are_as_long_as_below(dataset):
    assert AddDraw(DataStream(dataset, SequentialScheme(7, 3))).epoch_length == 3


def test_has_no_data_outside_an_epoch(dataset):
    with pytest.raises(ValueError, match=r"AddDraw has no data for a single request"):
        AddDraw(dataset.get_example_stream()).get_data(0)


def test_sources_of_unequal_length(dataset):
    below = Mapping(DataStream(dataset, SequentialScheme(7, 3)), shorten_x)
    with pytest.raises(ValueError, match=r"AddDraw: .* got 'x': 1, 'y': 3"):
        epoch(AddDraw(below))


def test_refuses_a_malformed_state(dataset):
    iterator = AddDraw(dataset.get_example_stream()).get_epoch_iterator(epoch=0)
    with pytest.raises(
        ValueError, match="memory' in the state of a AddDraw must be at"
    ):
        iterator.set_state({**iterator.get_state(), "memory": -1})
    with pytest.raises(TypeError, match="memory' in the state of a AddDraw must be an"):
        iterator.set_state({**iterator.get_state(), "memory": None})


def test_refuses_seeds(dataset):
    stream = dataset.get_example_stream()
    with pytest.raises(
        ValueError, match="seed of AddDraw must not be negative, got -1"
    ):
        AddDraw(stream, seed=-1)
    with pytest.raises(
        TypeError, match=r"seed of AddDraw must be an integer, got 0\.5"
    ):
        AddDraw(stream, seed=0.5)


def test_randomize_is_to_be_given(dataset):
    stream = RandomSourcewiseTransformer(dataset.get_example_stream())
    with pytest.raises(NotImplementedError, match="randomize is not defined"):
        epoch(stream)

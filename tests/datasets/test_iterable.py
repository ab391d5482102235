import numpy as np
import pytest

from brickyard.datasets import DataStream, IterableDataset, SequentialScheme
from brickyard.testing.streams import check_stream


class Squares:
    """Starts anew each time, and has no length."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return (i**2 for i in range(self.count))


def read(dataset):
    return list(DataStream(dataset).get_epoch_iterator())


def test_one_iterable_is_data():
    dataset = IterableDataset([1, 2, 3])
    assert dataset.sources == ("data",)
    assert dataset.num_examples == 3
    assert read(dataset) == [(1,), (2,), (3,)]


def test_several_sources():
    dataset = IterableDataset({"x": Squares(3), "y": "abc"}, sources=("y",))
    assert dataset.num_examples == 3
    assert read(dataset) == [("a",), ("b",), ("c",)]


def test_unknown_length():
    assert np.isnan(IterableDataset(Squares(3)).num_examples)


@pytest.mark.parametrize(
    "dataset",
    [
        IterableDataset([1.0, 2.0, 3.0]),
        IterableDataset({"x": Squares(4), "y": np.eye(4)}),
    ],
)
def test_check_stream(dataset):
    check_stream(DataStream(dataset))


def test_rows_of_arrays_cannot_be_written_to():
    (row,) = read(IterableDataset(np.eye(2)))[0]
    with pytest.raises(ValueError, match="read-only"):
        row[0] = 5


def test_iterators_are_refused():
    with pytest.raises(TypeError, match="source 'x' of IterableDataset is an iterator"):
        IterableDataset({"x": iter([1, 2])})
    with pytest.raises(
        TypeError, match="source 'data' of IterableDataset must be itera"
    ):
        IterableDataset(3)


def test_different_lengths():
    with pytest.raises(ValueError, match=r"differ in length: \{'x': 2, 'y': 3\}"):
        IterableDataset({"x": [1, 2], "y": [1, 2, 3]})
    dataset = IterableDataset({"x": Squares(2), "y": Squares(3)})
    with pytest.raises(
        ValueError, match=r"differ in length: \['x'\] ended after 2 exam"
    ):
        read(dataset)


def test_requests_are_refused():
    stream = DataStream(IterableDataset([1, 2]), SequentialScheme(2, 1))
    with pytest.raises(
        ValueError, match=r"cannot serve the request range\(0, 1\).*Batch"
    ):
        next(stream.get_epoch_iterator())
    with pytest.raises(ValueError, match=r"needs the state made by open\(\)"):
        IterableDataset([1]).get_data()


def test_changed_data_are_noticed_on_restoring():
    with pytest.raises(
        ValueError, match="has 2 examples, and the saved state has read 3"
    ):
        IterableDataset([1, 2]).restore_state({"consumed": 3})
    with pytest.raises(ValueError, match="lacks 'consumed'"):
        IterableDataset([1, 2]).restore_state({})
    with pytest.raises(TypeError, match="'consumed' in the state of IterableDataset"):
        IterableDataset([1, 2]).restore_state({"consumed": "3"})

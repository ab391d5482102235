import numpy as np
import pytest

from brickyard.datasets import (
    ConcatenatedScheme,
    DataStream,
    IndexableDataset,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.testing.streams import check_stream


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"x": np.arange(14.0).reshape(7, 2), "names": list("abcdefg")},
        axis_labels={"x": ("batch", "feature")},
    )


def test_requests(dataset):
    x, names = dataset.get_data(request=range(1, 3))
    np.testing.assert_array_equal(x, [[2, 3], [4, 5]])
    assert names == ["b", "c"]
    x, names = dataset.get_data(request=np.array([6, 0]))
    np.testing.assert_array_equal(x, [[12, 13], [0, 1]])
    assert names == ["g", "a"]
    x, names = dataset.get_data(request=2)
    np.testing.assert_array_equal(x, [4, 5])
    assert names == "c"


def test_sources_in_the_order_requested():
    dataset = IndexableDataset({"x": [1, 2], "y": [3, 4]}, sources=("y", "x"))
    assert dataset.get_data(request=0) == (3, 1)


def test_start_and_stop():
    dataset = IndexableDataset(np.arange(10), start=2, stop=6)
    assert dataset.num_examples == 4
    (data,) = dataset.get_data(request=[0, 3])
    np.testing.assert_array_equal(data, [2, 5])
    with pytest.raises(IndexError, match="IndexableDataset has 4 examples"):
        dataset.get_data(request=4)
    with pytest.raises(ValueError, match="must lie within the 10 examples"):
        IndexableDataset(np.arange(10), stop=11)


def test_neighbours_are_views_that_cannot_be_written_to():
    array = np.zeros((5, 2))
    dataset = IndexableDataset(array)
    (batch,) = next(DataStream(dataset, SequentialScheme(5, 2)).get_epoch_iterator())
    assert np.shares_memory(batch, array)
    with pytest.raises(ValueError, match="read-only"):
        batch += 1
    (batch,) = dataset.get_data(request=[0, 3])
    assert not np.shares_memory(batch, array)


@pytest.mark.parametrize(
    "scheme",
    [
        SequentialScheme(7, 3),
        ShuffledScheme(7, 2, seed=4),
        ShuffledScheme([6, 2, 3], 2, sorted_indices=True),
        ShuffledExampleScheme(4),
        ConcatenatedScheme([SequentialScheme(4, 2), ShuffledScheme(7, 5)]),
    ],
)
def test_check_stream(dataset, scheme):
    check_stream(DataStream(dataset, scheme))


def test_scheme_for_more_examples(dataset):
    stream = DataStream(dataset, SequentialScheme(8, 4))
    iterator = stream.get_epoch_iterator()
    next(iterator)
    with pytest.raises(
        IndexError, match="has 7 examples and got a request for example 7"
    ):
        next(iterator)


def test_no_request(dataset):
    with pytest.raises(TypeError, match="IndexableDataset needs a request for indices"):
        next(DataStream(dataset).get_epoch_iterator())


def test_state_is_refused(dataset):
    with pytest.raises(
        ValueError, match="has no position and takes no state, got 'abc'"
    ):
        dataset.get_data("abc", 0)


def test_wrong_indexables():
    with pytest.raises(
        TypeError, match="source 'x' of IndexableDataset must be an array"
    ):
        IndexableDataset({"x": iter([1])})
    with pytest.raises(
        TypeError, match="source 'data' of IndexableDataset is an array w"
    ):
        IndexableDataset(np.array(1))
    with pytest.raises(ValueError, match=r"differ in length: \{'x': 1, 'y': 2\}"):
        IndexableDataset({"x": [1], "y": [1, 2]})
    with pytest.raises(ValueError, match="needs at least one source, got none"):
        IndexableDataset({})


def test_several_arrays_need_names():
    with pytest.raises(TypeError, match=r"start .* got ndarray; several sources are"):
        IndexableDataset(np.arange(4), np.arange(4))
    assert IndexableDataset(range(4), np.int64(1)).num_examples == 3

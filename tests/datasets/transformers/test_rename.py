import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import Rename
from brickyard.testing import check_stream


@pytest.fixture
def batches():
    dataset = IndexableDataset(
        {"x": np.arange(5), "y": np.arange(5) * 10},
        axis_labels={"x": ("batch",), "y": ("time",)},
    )
    return DataStream(dataset, SequentialScheme(5, 2))


def test_stream(batches):
    check_stream(Rename(batches, {"x": "features"}))


def test_names_and_labels(batches):
    stream = Rename(batches, {"x": "features"})
    assert stream.sources == ("features", "y")
    assert stream.axis_labels == {"features": ("batch",), "y": ("time",)}
    assert batches.sources == ("x", "y")
    batch = next(stream.get_epoch_iterator(as_dict=True))
    np.testing.assert_array_equal(batch["features"], [0, 1])


def test_swap(batches):
    stream = Rename(batches, {"x": "y", "y": "x"})
    assert stream.sources == ("y", "x")
    assert stream.axis_labels == {"y": ("batch",), "x": ("time",)}


def test_labels_of_sources_that_were_not_requested():
    dataset = IndexableDataset(
        {"x": np.arange(2), "y": np.arange(2)},
        sources=("x",),
        axis_labels={"x": ("batch",), "y": ("time",)},
    )
    stream = Rename(DataStream(dataset, SequentialScheme(2, 2)), {"x": "y"})
    assert stream.axis_labels == {"y": ("batch",)}


def test_labels_can_be_given(batches):
    labels = {"z": ("time",)}
    assert Rename(batches, {"x": "z"}, axis_labels=labels).axis_labels == labels


def test_names_that_are_not_there(batches):
    names = {"x": "z", "yy": "w"}
    with pytest.raises(ValueError, match=r"Rename: names has 'yy', .*did you mean 'y'"):
        Rename(batches, names)
    with pytest.warns(UserWarning, match="Rename: names has 'yy'"):
        assert Rename(batches, names, on_non_existent="warn").sources == ("z", "y")
    assert Rename(batches, names, "ignore").sources == ("z", "y")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (({"x": "y"},), ValueError, "Rename would give two sources the name 'y'"),
        ((["x", "y"],), TypeError, r"Rename: names must be a mapping .* \['x', 'y'\]"),
        (({"x": 3},), TypeError, "Rename: new names must be strings, got 3"),
        (({"x": "z"}, "skip"), ValueError, "must be 'raise', 'warn' or .* 'skip'"),
    ],
)
def test_refused_arguments(batches, arguments, error, message):
    with pytest.raises(error, match=message):
        Rename(batches, *arguments)

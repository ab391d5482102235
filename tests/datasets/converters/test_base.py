import h5py
import numpy as np
import pytest

from brickyard.datasets import H5PYDataset
from brickyard.datasets.converters import base, check_exists, fill_hdf5_file
from brickyard.datasets.exceptions import MissingInputFiles

TRAIN = np.arange(10.0).reshape(5, 2)
TEST = -np.arange(6.0).reshape(3, 2)


@pytest.fixture
def h5file():
    with h5py.File("memory.hdf5", "w", driver="core", backing_store=False) as h5file:
        yield h5file


@check_exists(["a.bin", ("b.bin.gz", "b.bin")])
def convert(directory, number=1):
    """Convert nothing."""
    return number


def test_runs_when_everything_is_there(tmp_path):
    (tmp_path / "a.bin").touch()
    (tmp_path / "b.bin").touch()
    assert convert(tmp_path, number=3) == 3
    assert convert(directory=tmp_path) == 1
    assert convert.__doc__ == "Convert nothing."


def test_names_what_is_missing(tmp_path):
    with pytest.raises(
        MissingInputFiles,
        match=r"lacks 'a.bin', 'b.bin.gz' \(or 'b.bin'\); download",
    ) as info:
        convert(tmp_path)
    assert info.value.filenames == ["a.bin", "b.bin.gz"]


def test_splits_come_back(h5file):
    fill_hdf5_file(
        h5file,
        [
            ("train", "x", TRAIN),
            ("train", "y", np.arange(5)),
            ("test", "x", TEST, "held out"),
        ],
        axis_labels={"x": ("batch", "feature")},
        compression="gzip",
    )
    assert h5file["x"].compression == "gzip"
    assert H5PYDataset.get_all_splits(h5file) == ("train", "test")
    train = H5PYDataset(h5file, ("train",), load_in_memory=True)
    test = H5PYDataset(h5file, ("test",), load_in_memory=True, sources=("x",))
    assert train.axis_labels["x"] == ("batch", "feature")
    x, y = train.get_data(train.open(), slice(0, 5))
    np.testing.assert_array_equal(x, TRAIN)
    np.testing.assert_array_equal(y, np.arange(5))
    (x,) = test.get_data(test.open(), slice(0, 3))
    np.testing.assert_array_equal(x, TEST)
    comments = h5file.attrs["split"]["comment"]
    assert b"held out" in comments.tolist() or "held out" in comments.tolist()


@pytest.mark.parametrize("dtype", ["u1", ">i4", "?", "S3", "f2"])
@pytest.mark.parametrize("compression", [None, "gzip"])
def test_arrays_are_written_in_pieces(h5file, monkeypatch, tasks, dtype, compression):
    monkeypatch.setattr(base, "_PIECE", 7)
    x, y = (np.arange(2 * n).reshape(n, 2).astype(dtype) for n in (11, 4))
    data = [("train", "x", x), ("valid", "x", x[:0]), ("test", "x", y)]
    fill_hdf5_file(h5file, data, compression=compression)
    assert h5file["x"].dtype == x.dtype
    np.testing.assert_array_equal(h5file["x"][...], np.concatenate([x, y]))
    assert tasks["x"].done == 15


def test_examples_without_values(h5file):
    fill_hdf5_file(h5file, [("train", "x", np.zeros((5, 0)))])
    assert h5file["x"].shape == (5, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "there is no data"),
        ([("train", "x")], "got 2 items"),
        ([("train", "x", TRAIN), ("train", "x", TEST)], "'x' of split 'train' was"),
        (
            [("train", "x", TRAIN), ("train", "y", np.arange(4))],
            "sources of split 'train' must have one length, got 'x': 5, 'y': 4",
        ),
        (
            [("train", "x", TRAIN), ("test", "x", TEST[:, :1])],
            r"split 'train' has float64 \(2,\), split 'test' has float64 \(1,\)",
        ),
        (
            [("train", "x", TRAIN), ("test", "x", TEST.astype("float32"))],
            "split 'test' has float32",
        ),
        ([("train", "x", 3.0)], "'x' of split 'train' is a scalar"),
    ],
)
def test_refused_data(h5file, data, message):
    with pytest.raises(ValueError, match=message):
        fill_hdf5_file(h5file, data)
    assert list(h5file) == []


def test_refuses_objects(h5file):
    ragged = np.array([np.zeros(2), np.zeros(3)], dtype=object)
    with pytest.raises(TypeError, match="'x' of split 'train' holds Python objects"):
        fill_hdf5_file(h5file, [("train", "x", ragged)])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"z": ("batch",)}, r"for source 'z', but the data has \['x'\]"),
        ({"x": ("batch",)}, r"'x' has 2 axes, but 1 labels: \('batch',\)"),
    ],
)
def test_refused_labels(h5file, labels, message):
    with pytest.raises(ValueError, match=message):
        fill_hdf5_file(h5file, [("train", "x", TRAIN)], axis_labels=labels)

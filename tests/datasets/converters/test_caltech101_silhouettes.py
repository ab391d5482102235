import h5py
import numpy as np
import pytest
from scipy.io import savemat

from brickyard.cli import main
from brickyard.datasets import CalTech101Silhouettes
from brickyard.datasets.converters import convert_silhouettes, sha256_of_file
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

COUNTS = {"train": 5, "valid": 2, "test": 3}
PREFIXES = {"train": "train", "valid": "val", "test": "test"}


@pytest.fixture(params=[16, 28])
def size(request):
    return request.param


@pytest.fixture
def arrays(size):
    rng = np.random.default_rng(1)
    arrays = {"classnames": np.eye(2)}
    for split, count in COUNTS.items():
        pixels = rng.integers(0, 2, (count, size**2)).astype(np.uint8)
        arrays[f"{PREFIXES[split]}_data"] = pixels
        arrays[f"{PREFIXES[split]}_labels"] = rng.integers(1, 102, (count, 1)) * 1.0
    return arrays


@pytest.fixture
def path(tmp_path, size, arrays):
    path = tmp_path / f"caltech101_silhouettes_{size}_split1.mat"
    savemat(path, arrays, do_compression=True)
    return path


def test_the_arrays_come_back(tmp_path, size, arrays, path, monkeypatch):
    (output,) = convert_silhouettes(size, tmp_path, tmp_path)
    assert output == str(tmp_path / f"caltech101_silhouettes{size}.hdf5")
    with h5py.File(output) as h5file:
        assert h5file["features"].dtype == h5file["targets"].dtype == np.uint8
        assert h5file.attrs["command"].endswith(f"--size {size}")
        assert sha256_of_file(path) in h5file["targets"].attrs["inputs"]
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    for split, count in COUNTS.items():
        dataset = CalTech101Silhouettes((split,), size)
        features, targets = dataset.get_data(None, slice(0, count))
        assert features.shape == (count, 1, size, size)
        expected = arrays[f"{PREFIXES[split]}_data"]
        np.testing.assert_array_equal(features.reshape(count, -1), expected)
        expected = arrays[f"{PREFIXES[split]}_labels"]
        np.testing.assert_array_equal(targets, expected)


def test_from_the_command_line(tmp_path, size, path, capsys):
    words = ["--directory", str(tmp_path), "--output-directory", str(tmp_path)]
    assert (
        main(["data", "convert", "caltech101_silhouettes", "--size", str(size), *words])
        == 0
    )
    assert capsys.readouterr().out.strip().endswith(f"silhouettes{size}.hdf5")


def test_missing_file(tmp_path, size):
    with pytest.raises(
        MissingInputFiles, match=f"lacks 'caltech101_silhouettes_{size}"
    ):
        convert_silhouettes(size, tmp_path, tmp_path)


def test_unknown_size(tmp_path):
    with pytest.raises(ValueError, match="come in the sizes 16 and 28, got 32"):
        convert_silhouettes(32, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("val_data", np.zeros((2, 5)), r"'val_data' must have the shape \(batch, "),
        ("val_data", np.zeros((0, 5)), r"'val_data' must have the shape \(batch, "),
        ("val_data", "text", "'val_data' must be an array of real numbers, got text"),
        ("val_labels", np.ones((3, 1)), "a label for each of 2 images, got 3"),
        ("val_labels", [[0.0], [1]], "whole numbers from 1 to 101, got 0.0 to 1.0"),
        ("val_labels", [[1.5], [1]], "whole numbers from 1 to 101, got 1.0 to 1.5"),
    ],
)
def test_malformed_files(tmp_path, size, arrays, path, name, value, match):
    savemat(path, {**arrays, name: value})
    with pytest.raises(DatasetFileError, match=rf"split1.mat': .*{match}"):
        convert_silhouettes(size, tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_other_pixels(tmp_path, size, arrays, path):
    savemat(path, {**arrays, "val_data": arrays["val_data"] * 2})
    with pytest.raises(
        DatasetFileError, match="'val_data' must be zeros and ones; the"
    ):
        convert_silhouettes(size, tmp_path, tmp_path)


def test_truncated_file(tmp_path, size, path):
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetFileError, match=r"split1.mat' is not a MATLAB file"):
        convert_silhouettes(size, tmp_path, tmp_path)

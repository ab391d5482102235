import pickle

import h5py
import numpy as np
import pytest

from brickyard.datasets import CIFAR100
from brickyard.datasets.converters import cifar100, convert_cifar100
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

COUNTS = {"train": 5, "test": 2}


@pytest.fixture
def arrays(monkeypatch):
    monkeypatch.setattr(cifar100, "NUM_IMAGES", COUNTS)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (7, 3, 32, 32)).astype(np.uint8)
    return pixels, rng.integers(0, 20, 7), rng.integers(0, 100, 7)


def write(directory, arrays, binary):
    for split, part in (("train", slice(0, 5)), ("test", slice(5, 7))):
        pixels, coarse, fine = (array[part] for array in arrays)
        pixels = pixels.reshape(len(pixels), -1)
        if binary:
            content = np.column_stack([coarse, fine, pixels]).astype(np.uint8).tobytes()
            (directory / f"{split}.bin").write_bytes(content)
        else:
            values = {b"data": pixels, b"coarse_labels": coarse.tolist()}
            values |= {b"fine_labels": fine.tolist(), b"batch_label": b"x"}
            (directory / split).write_bytes(pickle.dumps(values, 3))


@pytest.mark.parametrize("binary", [True, False])
def test_the_arrays_come_back(tmp_path, arrays, binary, monkeypatch):
    write(tmp_path, arrays, binary)
    (path,) = convert_cifar100(tmp_path, tmp_path)
    assert path == str(tmp_path / "cifar100.hdf5")
    with h5py.File(path) as h5file:
        np.testing.assert_array_equal(h5file["features"][:], arrays[0])
        np.testing.assert_array_equal(h5file["coarse_labels"][:, 0], arrays[1])
        np.testing.assert_array_equal(h5file["fine_labels"][:, 0], arrays[2])
        assert [d.label for d in h5file["fine_labels"].dims] == ["batch", "index"]
        assert h5file["fine_labels"].dtype == np.uint8
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    test = CIFAR100("test", sources=("fine_labels",))
    assert test.get_data(None, slice(0, 2))[0][:, 0].tolist() == list(arrays[2][5:])


def test_missing_files(tmp_path, arrays):
    write(tmp_path, arrays, True)
    (tmp_path / "test.bin").unlink()
    with pytest.raises(MissingInputFiles, match="no complete CIFAR-100") as info:
        convert_cifar100(tmp_path, tmp_path)
    assert info.value.filenames == ["test.bin"]


def test_files_cut_between_images(tmp_path, arrays):
    write(tmp_path, arrays, True)
    path = tmp_path / "train.bin"
    path.write_bytes(path.read_bytes()[:-3074])
    with pytest.raises(DatasetFileError, match=r"train.bin' has 4 images instead of 5"):
        convert_cifar100(tmp_path, tmp_path)

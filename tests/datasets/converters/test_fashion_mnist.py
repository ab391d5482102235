import gzip
import struct

import h5py
import numpy as np
import pytest

from brickyard.datasets import FashionMNIST
from brickyard.datasets.converters import convert_fashion_mnist
from brickyard.datasets.exceptions import MissingInputFiles


def idx(array):
    header = struct.pack(f">I{array.ndim}I", 2048 + array.ndim, *map(int, array.shape))
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def images(tmp_path):
    images = np.random.default_rng(1).integers(0, 256, (5, 4, 3))
    for prefix, part in (("train", slice(0, 3)), ("t10k", slice(3, 5))):
        for kind, array in (("images-idx3", images), ("labels-idx1", np.arange(5))):
            path = tmp_path / f"{prefix}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(idx(array[part])))
    return images


def test_the_arrays_come_back(tmp_path, images, monkeypatch):
    (path,) = convert_fashion_mnist(tmp_path, tmp_path)
    assert path == str(tmp_path / "fashion_mnist.hdf5")
    with h5py.File(path) as h5file:
        np.testing.assert_array_equal(h5file["features"][:, 0], images)
        assert h5file.attrs["command"].endswith(f"fashion_mnist --directory {tmp_path}")
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    assert FashionMNIST("test").get_data(None, [0, 1])[1].tolist() == [[3], [4]]


def test_other_types(tmp_path, images):
    (path,) = convert_fashion_mnist(tmp_path, tmp_path, dtype="float32")
    assert path.endswith("fashion_mnist_float32.hdf5")
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--dtype float32")
        np.testing.assert_allclose(h5file["features"][:, 0], images / 255, rtol=1e-6)


def test_missing_and_truncated_files(tmp_path, images):
    path = tmp_path / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match=r"t10k-labels.*gz' is truncated or damaged"):
        convert_fashion_mnist(tmp_path, tmp_path)
    path.unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 't10k-labels-idx1-ubyte.gz'"):
        convert_fashion_mnist(tmp_path, tmp_path)

import gzip

import h5py
import numpy as np
import pytest

from brickyard.datasets import BinarizedMNIST
from brickyard.datasets.converters import binarized_mnist, convert_binarized_mnist
from brickyard.datasets.converters.binarized_mnist import read_binary_images
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

COUNTS = {"train": 4, "valid": 2, "test": 3}


def amat(images, separator=" ", end=" \n"):
    return "".join(separator.join(map(str, row)) + end for row in images.tolist())


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def images(request, tmp_path, monkeypatch):
    monkeypatch.setattr(binarized_mnist, "NUM_IMAGES", COUNTS)
    rng = np.random.default_rng(1)
    images = {}
    for split, count in COUNTS.items():
        images[split] = rng.integers(0, 2, (count, 784))
        content = amat(images[split]).encode()
        path = tmp_path / f"binarized_mnist_{split}.amat"
        if request.param:
            path.with_suffix(".amat.gz").write_bytes(gzip.compress(content))
        else:
            path.write_bytes(content)
    return images


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.amat"


def test_the_arrays_come_back(tmp_path, images, monkeypatch):
    (path,) = convert_binarized_mnist(tmp_path, tmp_path)
    assert path == str(tmp_path / "binarized_mnist.hdf5")
    with h5py.File(path) as h5file:
        assert h5file["features"].shape == (9, 1, 28, 28)
        assert [d.label for d in h5file["features"].dims][1:] == [
            "channel",
            "height",
            "width",
        ]
        assert "amat" in h5file["features"].attrs["inputs"]
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    for split, expected in images.items():
        (features,) = BinarizedMNIST((split,)).get_data(None, slice(0, COUNTS[split]))
        assert features.dtype == np.uint8
        np.testing.assert_array_equal(features.reshape(-1, 784), expected)


@pytest.mark.parametrize(("separator", "end"), [(" ", "\n"), ("\t", "\r\n")])
def test_other_white_space(file, separator, end):
    images = np.eye(2, 784, dtype=int)
    file.write_text(amat(images, separator, end), newline="")
    np.testing.assert_array_equal(read_binary_images(file, 2).reshape(2, -1), images)


def test_missing_files(tmp_path, images):
    next(tmp_path.glob("*valid*")).unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'binarized_mnist_valid.amat' "):
        convert_binarized_mnist(tmp_path, tmp_path)


def test_wrong_number_of_lines(file):
    file.write_text(amat(np.eye(2, 784, dtype=int)))
    with pytest.raises(DatasetFileError, match=r"some.amat' has 2 lines instead of 3"):
        read_binary_images(file, 3)


@pytest.mark.parametrize(
    "line",
    ["", "0 1", "0 " * 783, "0 " * 785, "0" * 784, "2 " * 784, "a " * 784, ". " * 784]
    + ["0.0 " * 784, "10 " + " ".join("1" * 782), "\xff " * 784],
)
def test_malformed_lines(file, line):
    file.write_text("0 " * 784 + "\n" + line + "\n", encoding="latin-1")
    with pytest.raises(
        DatasetFileError, match=r"amat', line 2, must have 784 zeros an"
    ):
        read_binary_images(file, 2)

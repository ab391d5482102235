import gzip
import os
import shutil
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest

from brickyard.datasets import MNIST
from brickyard.datasets.converters import (
    convert_mnist,
    read_mnist_images,
    read_mnist_labels,
    sha256_of_file,
)
from brickyard.datasets.exceptions import MissingInputFiles

DATA = Path(
    os.environ.get("BRICKYARD_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")
)
NAMES = {
    ("train", "features"): "train-images-idx3-ubyte",
    ("train", "targets"): "train-labels-idx1-ubyte",
    ("test", "features"): "t10k-images-idx3-ubyte",
    ("test", "targets"): "t10k-labels-idx1-ubyte",
}


def idx(array):
    header = struct.pack(f">I{array.ndim}I", 2048 + array.ndim, *map(int, array.shape))
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def arrays():
    rng = np.random.default_rng(1)
    return {
        ("train", "features"): rng.integers(0, 256, (7, 5, 4)),
        ("train", "targets"): rng.integers(0, 10, 7),
        ("test", "features"): rng.integers(0, 256, (3, 5, 4)),
        ("test", "targets"): rng.integers(0, 10, 3),
    }


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def directory(request, tmp_path, arrays):
    for key, array in arrays.items():
        content = idx(array)
        if request.param:
            (tmp_path / f"{NAMES[key]}.gz").write_bytes(gzip.compress(content))
        else:
            (tmp_path / NAMES[key]).write_bytes(content)
    return tmp_path


@pytest.fixture
def images_file(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(idx(np.arange(24).reshape(2, 3, 4)))
    return path


def test_the_arrays_come_back(directory, tmp_path, arrays):
    (path,) = convert_mnist(directory, tmp_path)
    assert path == str(tmp_path / "mnist.hdf5")
    with h5py.File(path) as h5file:
        assert h5file["features"].dtype == h5file["targets"].dtype == np.uint8
        assert [d.label for d in h5file["features"].dims] == [
            "batch",
            "channel",
            "height",
            "width",
        ]
        assert [d.label for d in h5file["targets"].dims] == ["batch", "index"]
        assert "mnist --directory" in h5file.attrs["command"]
        for split, start, stop in (("train", 0, 7), ("test", 7, 10)):
            features = h5file["features"][start:stop]
            assert features.shape[1:] == (1, 5, 4)
            np.testing.assert_array_equal(features[:, 0], arrays[split, "features"])
            np.testing.assert_array_equal(
                h5file["targets"][start:stop, 0], arrays[split, "targets"]
            )
        original = next(directory.glob("train-images*"))
        assert sha256_of_file(original) in h5file["features"].attrs["inputs"]


def test_the_dataset_class_reads_the_file(directory, tmp_path, arrays, monkeypatch):
    convert_mnist(directory, tmp_path)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    test = MNIST(("test",))
    assert test.num_examples == 3
    features, targets = test.get_data(test.open(), slice(0, 3))
    np.testing.assert_array_equal(features[:, 0], arrays["test", "features"])
    np.testing.assert_array_equal(targets[:, 0], arrays["test", "targets"])


def test_other_types(images_file):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 1, 3, 4)
    assert read_mnist_images(images_file).dtype == np.uint8
    np.testing.assert_array_equal(read_mnist_images(images_file, "uint8"), pixels)
    scaled = read_mnist_images(images_file, "float32")
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, pixels / 255, rtol=1e-6)
    images_file.write_bytes(idx(np.array([[[127, 128]]])))
    binary = read_mnist_images(images_file, bool)
    assert binary.dtype == bool
    assert binary.tolist() == [[[[False, True]]]]


def test_the_type_is_in_the_default_name(directory, tmp_path):
    (path,) = convert_mnist(directory, tmp_path, dtype="float32")
    assert path.endswith("mnist_float32.hdf5")
    (path,) = convert_mnist(directory, tmp_path, "other.hdf5", bool)
    assert path.endswith("other.hdf5")


def test_refuses_other_types(images_file):
    with pytest.raises(TypeError, match="uint8, bool or a float type, not as int32"):
        read_mnist_images(images_file, "int32")


def test_names_missing_files(directory, tmp_path):
    for path in directory.glob("t10k-*"):
        path.unlink()
    with pytest.raises(
        MissingInputFiles, match=r"lacks 't10k-images-idx3-ubyte.gz' \(or"
    ) as info:
        convert_mnist(directory, tmp_path)
    assert info.value.filenames == [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]


@pytest.mark.parametrize("length", range(16))
def test_truncated_header(images_file, length):
    images_file.write_bytes(images_file.read_bytes()[:length])
    with pytest.raises(
        ValueError, match=f"images': the header .* 16 bytes, .* after {length}"
    ):
        read_mnist_images(images_file)


@pytest.mark.parametrize("length", [16, 17, 39])
def test_truncated_content(images_file, length):
    images_file.write_bytes(images_file.read_bytes()[:length])
    with pytest.raises(
        ValueError, match=rf"images' is truncated: .*\(2, 3, 4\), 40 .* has {length}"
    ):
        read_mnist_images(images_file)


def test_surplus_bytes(images_file):
    images_file.write_bytes(images_file.read_bytes() + b"x")
    with pytest.raises(ValueError, match=r"images' has surplus bytes: .* has 41"):
        read_mnist_images(images_file)


def test_huge_announced_shape_is_refused_without_reading_it(images_file):
    images_file.write_bytes(struct.pack(">4I", 2051, *[2**32 - 1] * 3) + b"x")
    with pytest.raises(ValueError, match="is truncated"):
        read_mnist_images(images_file)


def test_another_kind_of_file(images_file):
    with pytest.raises(ValueError, match="starts with the number 2049, got 2051"):
        read_mnist_labels(images_file)


@pytest.mark.parametrize("keep", [3, 15, 30])
def test_truncated_gzip(images_file, keep):
    images_file.write_bytes(gzip.compress(images_file.read_bytes())[:keep])
    with pytest.raises(ValueError, match="truncated or damaged: gzip cannot"):
        read_mnist_images(images_file)


def test_altered_gzip(images_file):
    content = bytearray(gzip.compress(images_file.read_bytes()))
    content[20] ^= 0xFF
    images_file.write_bytes(content)
    with pytest.raises(ValueError, match="truncated or damaged: gzip cannot"):
        read_mnist_images(images_file)


def test_labels_above_nine(tmp_path):
    path = tmp_path / "labels"
    path.write_bytes(idx(np.array([3, 10])))
    with pytest.raises(ValueError, match="digits from 0 to 9, got 10"):
        read_mnist_labels(path)


def test_unequal_numbers_leave_nothing_behind(directory, tmp_path):
    labels = next(directory.glob("train-labels*"))
    labels.write_bytes(idx(np.zeros(6)))
    output = tmp_path / "output"
    output.mkdir()
    with pytest.raises(ValueError, match=r"has 7 images, but .* has 6 labels"):
        convert_mnist(directory, output)
    assert list(output.iterdir()) == []


@pytest.mark.skipif(not (DATA / "mnist").is_dir(), reason="MNIST is not there")
def test_the_real_files(tmp_path):
    shutil.copytree(DATA / "mnist", tmp_path / "original")
    (path,) = convert_mnist(tmp_path / "original", tmp_path)
    with h5py.File(path) as h5file:
        assert h5file["features"].shape == (70000, 1, 28, 28)
        targets = h5file["targets"][:, 0]
        # the counts per class of the published test set
        assert np.bincount(targets[60000:]).tolist() == [
            980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
        ]  # fmt: skip
        np.testing.assert_array_equal(targets[:5], [5, 0, 4, 1, 9])

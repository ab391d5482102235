import numpy as np
import pytest

from brickyard.datasets import CalTech101Silhouettes, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.testing.streams import check_stream


@pytest.fixture
def images(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    images = {}
    for size in (16, 28):
        images[size] = np.random.default_rng(1).integers(0, 2, (5, 1, size, size))
        with atomic_hdf5_file(tmp_path / f"caltech101_silhouettes{size}.hdf5") as file:
            fill_hdf5_file(file, [("valid", "features", images[size].astype("uint8"))])
    return images


@pytest.mark.parametrize("size", [16, 28])
def test_default_stream(images, size):
    dataset = CalTech101Silhouettes("valid", size)
    assert dataset.load_in_memory
    assert str(dataset.data_path) == dataset.path
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(5, 3))
    (features,) = next(stream.get_epoch_iterator())
    np.testing.assert_array_equal(features, images[size][:3])
    check_stream(stream)


def test_size_is_28_unless_told_otherwise(images):
    assert CalTech101Silhouettes("valid", load_in_memory=False).size == 28


def test_unknown_size():
    with pytest.raises(ValueError, match="size of CalTech101Silhouettes must be 16 or"):
        CalTech101Silhouettes("train", 32)


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"silhouettes16.hdf5'.*silhouettes --size 16 --directo"
    ):
        CalTech101Silhouettes("train", 16)

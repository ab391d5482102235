import numpy as np
import pytest

from brickyard.datasets import CIFAR100, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.datasets.float_type import float_x
from brickyard.testing.streams import check_stream


@pytest.fixture
def images(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (6, 3, 32, 32)).astype("uint8")
    labels = rng.integers(0, 10, (6, 1)).astype("uint8")
    with atomic_hdf5_file(tmp_path / "cifar100.hdf5") as h5file:
        fill_hdf5_file(
            h5file,
            [
                ("train", "features", images[:4]),
                ("train", "fine_labels", labels[:4]),
                ("test", "features", images[4:]),
                ("test", "fine_labels", labels[4:]),
            ],
        )
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return images


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_default_stream_scales_pixels(images, load_in_memory):
    train = CIFAR100(("train",), load_in_memory=load_in_memory)
    assert train.load_in_memory == load_in_memory
    stream = DataStream.default_stream(train, iteration_scheme=SequentialScheme(4, 3))
    features, targets = next(stream.get_epoch_iterator())
    assert features.dtype == float_x()
    assert targets.dtype == np.uint8
    np.testing.assert_allclose(features, images[:3] / 255, rtol=1e-6)
    check_stream(stream)


def test_is_in_memory_unless_told_otherwise(images):
    assert CIFAR100("test").load_in_memory


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError,
        match=r"'cifar100.hdf5'.*CIFAR100: .*data convert cifar100 --directory",
    ):
        CIFAR100(("train",))

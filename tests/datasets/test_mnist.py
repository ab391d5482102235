import numpy as np
import pytest

from brickyard.datasets import MNIST, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.datasets.converters.mnist import AXIS_LABELS
from brickyard.datasets.float_type import float_x


@pytest.fixture
def images(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (6, 1, 28, 28)).astype("uint8")
    targets = rng.integers(0, 10, (6, 1)).astype("uint8")
    with atomic_hdf5_file(tmp_path / "mnist.hdf5") as h5file:
        fill_hdf5_file(
            h5file,
            [
                ("train", "features", images[:4]),
                ("train", "targets", targets[:4]),
                ("test", "features", images[4:]),
                ("test", "targets", targets[4:]),
            ],
            axis_labels=AXIS_LABELS,
        )
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return images


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_default_stream_scales_pixels(images, load_in_memory):
    train = MNIST(("train",), load_in_memory=load_in_memory)
    assert train.num_examples == 4
    assert train.axis_labels["features"] == ("batch", "channel", "height", "width")
    stream = DataStream.default_stream(train, iteration_scheme=SequentialScheme(4, 4))
    features, targets = next(stream.get_epoch_iterator())
    assert features.dtype == float_x()
    assert targets.dtype == np.uint8
    np.testing.assert_allclose(features, images[:4] / 255, rtol=1e-6)


def test_default_stream_of_targets_alone(images):
    test = MNIST(("test",), sources=("targets",))
    stream = DataStream.default_stream(test, iteration_scheme=SequentialScheme(2, 2))
    assert [batch[0].shape for batch in stream.get_epoch_iterator()] == [(2, 1)]


def test_is_in_memory_unless_told_otherwise(images):
    assert MNIST(("train",)).load_in_memory
    assert not MNIST(("train",), load_in_memory=False).load_in_memory


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"'mnist.hdf5'.*data convert mnist --directory"
    ):
        MNIST(("train",))


def test_unknown_split(images):
    with pytest.raises(ValueError, match="did you mean 'train'"):
        MNIST(("trian",))

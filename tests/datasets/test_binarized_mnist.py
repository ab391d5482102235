import numpy as np
import pytest

from brickyard.datasets import BinarizedMNIST, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.testing.streams import check_stream


@pytest.fixture
def features(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    features = rng.integers(0, 256, (5, 1, 28, 28)).astype("uint8")
    with atomic_hdf5_file(tmp_path / "binarized_mnist.hdf5") as h5file:
        fill_hdf5_file(
            h5file,
            [
                ("valid", "features", features),
            ],
        )
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return features


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_default_stream(features, load_in_memory):
    dataset = BinarizedMNIST(("valid",), load_in_memory=load_in_memory)
    assert dataset.load_in_memory == load_in_memory
    assert dataset.num_examples == 5
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(5, 3))
    batch = next(stream.get_epoch_iterator())
    assert batch[0].dtype == features.dtype
    np.testing.assert_array_equal(batch[0], features[:3])
    check_stream(stream)


def test_is_in_memory_unless_told_otherwise(features):
    assert BinarizedMNIST("valid").load_in_memory


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError,
        match=r"'binarized_mnist.hdf5'.*data convert binarized_mnist --dire",
    ):
        BinarizedMNIST("valid")

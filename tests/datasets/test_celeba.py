import numpy as np
import pytest

from brickyard.datasets import CelebA, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.datasets.float_type import float_x
from brickyard.testing.streams import check_stream


@pytest.fixture
def images(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (5, 3, 64, 64)).astype("uint8")
    targets = rng.integers(0, 2, (5, 40)).astype("uint8")
    data = [("valid", "features", images), ("valid", "targets", targets)]
    with atomic_hdf5_file(tmp_path / "celeba_64.hdf5") as h5file:
        fill_hdf5_file(h5file, data)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return images


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_default_stream_scales_pixels(images, load_in_memory):
    dataset = CelebA("64", ("valid",), load_in_memory=load_in_memory)
    assert dataset.load_in_memory == load_in_memory
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(5, 3))
    features, targets = next(stream.get_epoch_iterator())
    assert features.dtype == float_x()
    assert targets.dtype == np.uint8
    np.testing.assert_allclose(features, images[:3] / 255, rtol=1e-6)
    check_stream(stream)


def test_names_of_files_and_where_data_are(images):
    dataset = CelebA("64", "valid")
    assert dataset.filename == "celeba_64.hdf5"
    assert not dataset.load_in_memory


def test_other_formats():
    with pytest.raises(
        ValueError, match=r"which_format of CelebA is 64, and there .* 'aligned_cr|'64'"
    ):
        CelebA(64, "train")


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"'celeba_64.hdf5'.*celeba --which-format 64 --direc"
    ):
        CelebA("64", "train")

import numpy as np
import pytest

from brickyard.datasets import SVHN, DataStream, SequentialScheme
from brickyard.datasets.converters import atomic_hdf5_file, fill_hdf5_file
from brickyard.datasets.float_type import float_x
from brickyard.testing.streams import check_stream


@pytest.fixture
def images(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (5, 3, 32, 32)).astype("uint8")
    targets = rng.integers(0, 10, (5, 1)).astype("uint8")
    data = [("extra", "features", images), ("extra", "targets", targets)]
    with atomic_hdf5_file(tmp_path / "svhn_format_2.hdf5") as h5file:
        fill_hdf5_file(h5file, data)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return images


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_default_stream_scales_pixels(images, load_in_memory):
    dataset = SVHN(2, ("extra",), load_in_memory=load_in_memory)
    assert dataset.load_in_memory == load_in_memory
    assert dataset.filename == "svhn_format_2.hdf5"
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(5, 3))
    features, targets = next(stream.get_epoch_iterator())
    assert features.dtype == float_x()
    assert targets.dtype == np.uint8
    np.testing.assert_allclose(features, images[:3] / 255, rtol=1e-6)
    check_stream(stream)


def test_is_on_disk_unless_told_otherwise(images):
    assert not SVHN(2, "extra").load_in_memory


def test_other_formats(images):
    with pytest.raises(ValueError, match=r"which_format of SVHN must be 1 .* got 'ex"):
        SVHN("extra", 2)


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError,
        match=r"'svhn_format_2.hdf5'.*data convert svhn --which-format",
    ):
        SVHN(2, "train")

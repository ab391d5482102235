import h5py
import numpy as np
import pytest

from brickyard.datasets import DataStream, DogsVsCats, H5PYDataset, SequentialScheme
from brickyard.datasets.converters.varying_sources import (
    make_varying_source,
    write_varying_example,
)
from brickyard.datasets.float_type import float_x


def test_default_stream_scales_pixels(tmp_path, monkeypatch):
    images = [np.full((3, 2, 4), 51, "uint8"), np.full((3, 5, 1), 255, "uint8")]
    with h5py.File(tmp_path / "dogs_vs_cats.hdf5", "w") as h5file:
        axes = ("channel", "height", "width")
        make_varying_source(h5file, "image_features", 2, "uint8", axes)
        for index, image in enumerate(images):
            write_varying_example(h5file, "image_features", index, image)
        h5file["targets"] = np.array([[0], [1]], dtype="uint8")
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {"train": {"image_features": (0, 2), "targets": (0, 2)}}
        )
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    dataset = DogsVsCats("train")
    assert not dataset.load_in_memory
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(2, 2))
    features, targets = next(stream.get_epoch_iterator())
    assert [image.shape for image in features] == [(3, 2, 4), (3, 5, 1)]
    assert features[0].dtype == float_x()
    np.testing.assert_allclose(features[0], 0.2, rtol=1e-6)
    assert targets.tolist() == [[0], [1]]


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"'dogs_vs_cats.hdf5'.*convert dogs_vs_cats --dir"
    ):
        DogsVsCats("train")

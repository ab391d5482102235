import io

import h5py
import numpy as np
import pytest
from PIL import Image

from brickyard.datasets import ILSVRC2010, DataStream, SequentialScheme
from brickyard.datasets.converters.ilsvrc_images import make_image_space, write_image
from brickyard.datasets.converters.ilsvrc_patches import Patches


def test_default_stream_decodes_images(tmp_path, monkeypatch):
    file = io.BytesIO()
    Image.new("L", (5, 4), 200).save(file, "jpeg")
    with h5py.File(tmp_path / "ilsvrc2010.hdf5", "w") as h5file:
        make_image_space(h5file, {"train": 2})
        for index in range(2):
            where = f"train.tar:n0.tar:n0_{index}.JPEG"
            write_image(h5file, index, where, file.getvalue(), Patches())
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    dataset = ILSVRC2010("train")
    assert not dataset.load_in_memory
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(2, 2))
    images, names, targets = next(stream.get_epoch_iterator())
    assert images.shape == (2, 3, 4, 5)
    assert images.dtype == np.uint8
    assert abs(images.astype(int) - 200).max() <= 2
    assert names.tolist() == [[b"n0_0.JPEG"], [b"n0_1.JPEG"]]
    assert targets.dtype == np.int16
    assert stream.axis_labels["encoded_images"] == (
        "batch",
        "channel",
        "height",
        "width",
    )


def test_says_how_to_make_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"'ilsvrc2010.hdf5'.*convert ilsvrc2010 --directo"
    ):
        ILSVRC2010("train")

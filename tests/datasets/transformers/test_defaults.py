import io

import numpy as np
from PIL import Image

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import (
    rgb_images_from_encoded_bytes,
    uint8_pixels_to_floatX,
)


def test_pixels_end_between_zero_and_one():
    class Images(IndexableDataset):
        default_transformers = uint8_pixels_to_floatX(["images"])

    pixels = np.arange(256, dtype="uint8").reshape(4, 8, 8)
    dataset = Images({"images": pixels, "targets": np.arange(4)})
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(4, 4))
    images, targets = next(stream.get_epoch_iterator())
    assert images.dtype == float_x()
    assert targets.dtype == np.int64
    np.testing.assert_allclose(images, pixels / 255, rtol=1e-6)
    assert images.max() == 1


def test_image_files_become_pixels_in_three_colours():
    class Files(IndexableDataset):
        default_transformers = rgb_images_from_encoded_bytes(["encoded"])

    grey = np.arange(12, dtype="uint8").reshape(3, 4)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "png")
    dataset = Files({"encoded": [file.getvalue()] * 2, "targets": np.arange(2)})
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(2, 2))
    images, targets = next(stream.get_epoch_iterator())
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, np.broadcast_to(grey, (2, 3, 3, 4)))
    np.testing.assert_array_equal(targets, [0, 1])

import numpy as np

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import uint8_pixels_to_floatX


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

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import RandomHorizontalFlip, RandomVerticalFlip
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.draws import Draws
from brickyard.testing import check_stream

LABELS = ("batch", "channel", "height", "width")
FLIPS = [(RandomHorizontalFlip, 3), (RandomVerticalFlip, 2)]
flips = pytest.mark.parametrize(("flip", "axis"), FLIPS)


def pixels(count):
    return np.arange(count * 24).reshape(count, 2, 3, 4)


def dataset_of(images, labels=LABELS, **more):
    sources = {"x": images, **more}
    return IndexableDataset(sources, axis_labels=dict.fromkeys(sources, labels))


def stream_of(images, **kwargs):
    return DataStream(dataset_of(images, **kwargs), SequentialScheme(len(images), 3))


def epoch(stream, number=0):
    return np.concatenate([x for x, *_ in stream.get_epoch_iterator(epoch=number)])


@flips
def test_streams(flip, axis):
    check_stream(flip(stream_of(pixels(7))))
    check_stream(flip(dataset_of(pixels(5)).get_example_stream(), seed=3))


@flips
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_values(flip, axis, dtype):
    images = pixels(10).astype(dtype)
    result = epoch(flip(stream_of(images), 0.3, seed=2), 4)
    assert result.dtype == dtype
    draws = Draws(2, 4, flip.__name__).take(10)
    flipped = (draws[:, 0] < 0.3).tolist()
    assert 0 < sum(flipped) < 10
    for image, other, chosen in zip(images, result, flipped, strict=True):
        expected = np.flip(image, axis - 1) if chosen else image
        np.testing.assert_array_equal(other, expected)


@flips
def test_always_and_never(flip, axis):
    images = pixels(5)
    np.testing.assert_array_equal(epoch(flip(stream_of(images), 0)), images)
    expected = np.flip(images, axis)
    np.testing.assert_array_equal(epoch(flip(stream_of(images), 1)), expected)


@flips
def test_images_of_different_sizes(flip, axis):
    images = ragged([np.ones((1, 2, 2)), np.arange(6).reshape(1, 2, 3)])
    ((x,),) = flip(stream_of(images), 1).get_epoch_iterator()
    np.testing.assert_array_equal(x[1], np.flip(images[1], axis - 1))


def test_an_image_and_its_mask_stay_aligned():
    stream = RandomHorizontalFlip(stream_of(pixels(9), mask=-pixels(9)))
    for x, mask in stream.get_epoch_iterator():
        np.testing.assert_array_equal(x, -mask)


def test_the_data_are_not_written_to():
    images = pixels(6)
    epoch(RandomHorizontalFlip(stream_of(images), 1))[:] = -1
    np.testing.assert_array_equal(images, pixels(6))


def test_other_axes_are_refused_at_once():
    with pytest.raises(
        AxisLabelsMismatchError, match="RandomVerticalFlip works on axes"
    ):
        RandomVerticalFlip(stream_of(pixels(3), labels=LABELS[::-1]))


@pytest.mark.parametrize("probability", [-0.1, 1.5, float("nan")])
def test_refuses_what_is_no_probability(probability):
    with pytest.raises(
        ValueError, match="RandomHorizontalFlip: probability must be fro"
    ):
        RandomHorizontalFlip(stream_of(pixels(3)), probability)


@pytest.mark.parametrize("probability", [None, "0.5", True])
def test_refuses_what_is_no_number(probability):
    with pytest.raises(
        TypeError, match="probability must be a number from 0 to 1, got"
    ):
        RandomHorizontalFlip(stream_of(pixels(3)), probability)

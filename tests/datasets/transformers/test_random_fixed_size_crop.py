import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import RandomFixedSizeCrop
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.draws import Draws
from brickyard.testing import check_stream

LABELS = ("batch", "channel", "height", "width")


def pixels(count, height, width, channels=2):
    shape = (count, channels, height, width)
    return np.arange(np.prod(shape)).reshape(shape)


def stream_of(images, size=3, labels=LABELS, **more):
    sources = {"x": images, **more}
    dataset = IndexableDataset(sources, axis_labels=dict.fromkeys(sources, labels))
    return DataStream(dataset, SequentialScheme(len(images), size))


def cropped(images, *args, epoch=0, **kwargs):
    stream = RandomFixedSizeCrop(stream_of(images), *args, **kwargs)
    return np.concatenate([x for x, *_ in stream.get_epoch_iterator(epoch=epoch)])


def test_streams():
    images = pixels(7, 5, 6)
    check_stream(RandomFixedSizeCrop(stream_of(images), (3, 4), padding=1))
    dataset = IndexableDataset({"x": images}, axis_labels={"x": LABELS})
    check_stream(RandomFixedSizeCrop(dataset.get_example_stream(), (3, 4)))


@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_values(dtype, padding):
    images = pixels(8, 6, 5).astype(dtype)
    result = cropped(images, (4, 3), padding=padding, seed=5, epoch=2)
    assert result.dtype == dtype
    draws = Draws(5, 2, "RandomFixedSizeCrop").take(8)
    border = ((0, 0), (padding, padding), (padding, padding))
    for image, window, draw in zip(images, result, draws, strict=True):
        top = int(draw[0] * (3 + 2 * padding))
        left = int(draw[1] * (3 + 2 * padding))
        expected = np.pad(image, border)[:, top : top + 4, left : left + 3]
        np.testing.assert_array_equal(window, expected)


def test_all_places_are_equally_likely():
    images = np.broadcast_to(np.arange(12).reshape(1, 3, 4), (6000, 1, 3, 4))
    corners = cropped(images, (2, 2))[:, 0, 0, 0]
    places, counts = np.unique(corners, return_counts=True)
    assert places.tolist() == [0, 1, 2, 4, 5, 6]
    np.testing.assert_allclose(counts / 6000, 1 / 6, atol=0.02)


def test_a_window_as_large_as_the_image():
    images = pixels(4, 3, 3)
    np.testing.assert_array_equal(cropped(images, (3, 3)), images)


def test_images_of_different_sizes():
    images = [pixels(1, 4, 5)[0], pixels(1, 6, 3)[0], pixels(1, 5, 5)[0]]
    result = cropped(ragged(images), (3, 3))
    assert result.shape == (3, 2, 3, 3)
    np.testing.assert_array_equal(result[2], cropped(pixels(3, 5, 5), (3, 3))[2] - 100)


def test_an_image_and_its_mask_stay_aligned():
    images = pixels(6, 5, 5)
    stream = RandomFixedSizeCrop(stream_of(images, mask=-images), (3, 3))
    for x, mask in stream.get_epoch_iterator():
        np.testing.assert_array_equal(x, -mask)


def test_the_data_are_not_written_to():
    images = pixels(4, 5, 5)
    result = cropped(images, (2, 2))
    result[:] = -1
    np.testing.assert_array_equal(images, pixels(4, 5, 5))


def test_other_axes_are_refused_at_once():
    with pytest.raises(
        AxisLabelsMismatchError, match="RandomFixedSizeCrop works on axe"
    ):
        RandomFixedSizeCrop(stream_of(pixels(3, 4, 4), labels=LABELS[::-1]), (2, 2))


def test_images_smaller_than_the_window():
    stream = RandomFixedSizeCrop(stream_of(pixels(3, 4, 9)), (7, 2), padding=1)
    with pytest.raises(
        ValueError,
        match=r"cuts out 7 x 2 pixels, but an image of source 'x' has 6 x 11 with its",
    ):
        next(stream.get_epoch_iterator())


def test_data_that_are_no_images():
    with pytest.warns(UserWarning, match="because its axis labels are unknown"):
        stream = RandomFixedSizeCrop(
            stream_of(np.zeros((4, 9)), labels=("", "")), (2, 2)
        )
    with pytest.raises(ValueError, match=r"of source 'x' have the shape \(9,\)"):
        next(stream.get_epoch_iterator())


def test_refuses_arguments():
    stream = stream_of(pixels(3, 4, 4))
    with pytest.raises(TypeError, match="window_shape must be a pair"):
        RandomFixedSizeCrop(stream, 3)
    with pytest.raises(
        ValueError, match="padding of RandomFixedSizeCrop must not be ne"
    ):
        RandomFixedSizeCrop(stream, (3, 3), padding=-1)

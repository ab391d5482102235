import numpy as np
import pytest

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
)
from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import MinimumImageDimensions
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream

LABELS = ("batch", "channel", "height", "width")


def pixels(count, height, width, channels=2, dtype="uint8"):
    shape = (count, channels, height, width)
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


def batches(images, labels=LABELS, size=3):
    dataset = IndexableDataset(
        {"x": images}, axis_labels=None if labels is None else {"x": labels}
    )
    return DataStream(dataset, SequentialScheme(len(images), size))


def enlarged(images, *args, **kwargs):
    stream = MinimumImageDimensions(batches(images, size=len(images)), *args, **kwargs)
    ((x,),) = stream.get_epoch_iterator()
    return x


def test_streams():
    check_stream(MinimumImageDimensions(batches(pixels(7, 3, 4)), (5, 5), "bicubic"))
    dataset = IterableDataset({"x": pixels(3, 3, 4)}, axis_labels={"x": LABELS})
    check_stream(MinimumImageDimensions(DataStream(dataset), (5, 5)))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_nearest_by_a_whole_factor_repeats_pixels(dtype, channels):
    images = pixels(2, 3, 4, channels, dtype)
    result = enlarged(images, (6, 5))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, images.repeat(2, 2).repeat(2, 3))


def test_bilinear():
    images = np.array([0, 100], "float32").reshape(1, 1, 1, 2)
    result = enlarged(images, (2, 2), "bilinear")
    np.testing.assert_allclose(result[0, 0], [[0, 25, 75, 100]] * 2)


@pytest.mark.parametrize(
    ("shape", "minimum", "expected"),
    [
        ((20, 10), (28, 28), (56, 28)),
        ((10, 20), (28, 28), (28, 56)),
        ((10, 15), (28, 28), (28, 42)),
        ((10, 13), (28, 28), (28, 37)),
        ((40, 40), (41, 1), (41, 41)),
        ((3, 7), (100, 1), (100, 234)),
        ((49, 49), (50, 1), (50, 50)),
        ((28, 30), (28, 28), (28, 30)),
    ],
)
def test_sizes(shape, minimum, expected):
    assert enlarged(pixels(1, *shape), minimum).shape[2:] == expected


def test_large_images_stay():
    images = pixels(2, 5, 5)
    np.testing.assert_array_equal(enlarged(images, (5, 4)), images)
    stream = MinimumImageDimensions(batches(images), (5, 4))
    assert stream.transform_source_batch(images, "x") is images


def test_images_of_different_sizes():
    images = ragged([pixels(1, 3, 3)[0], pixels(1, 6, 6)[0]])
    result = enlarged(images, (6, 6))
    assert result.shape == (2, 2, 6, 6)
    result = enlarged(images, (4, 4))
    assert [image.shape for image in result] == [(2, 4, 4), (2, 6, 6)]
    assert result[1] is images[1]


def test_other_axes_are_refused_at_once():
    with pytest.raises(
        AxisLabelsMismatchError, match="MinimumImageDimensions works on"
    ):
        MinimumImageDimensions(batches(pixels(3, 4, 4), LABELS[::-1]), (2, 2))


def test_images_without_pixels():
    with pytest.raises(
        ValueError, match="cannot enlarge an image of source 'x' with 0 x"
    ):
        enlarged(pixels(2, 0, 3), (2, 2))


def test_data_that_are_no_images():
    with pytest.warns(UserWarning, match="because its axis labels are unknown"):
        stream = MinimumImageDimensions(batches(np.zeros((3, 4)), None), (2, 2))
    with pytest.raises(ValueError, match=r"of source 'x' have the shape \(4,\)"):
        next(stream.get_epoch_iterator())


def test_refuses_arguments():
    stream = batches(pixels(3, 4, 4))
    with pytest.raises(TypeError, match="minimum_shape must be a pair"):
        MinimumImageDimensions(stream, 3)
    with pytest.raises(
        ValueError, match=r"resample is 'linear', .* did you mean 'biline"
    ):
        MinimumImageDimensions(stream, (3, 3), "linear")
    with pytest.raises(TypeError, match=r"pixels of uint8 or .* source 'x' has int64"):
        enlarged(pixels(2, 3, 3, dtype="int64"), (5, 5))

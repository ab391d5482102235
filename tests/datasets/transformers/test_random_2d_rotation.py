import math

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import Random2DRotation
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.draws import Draws
from brickyard.testing import check_stream

LABELS = ("batch", "channel", "height", "width")


def noise(count, channels=1, size=21):
    shape = (count, channels, size, size)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def stream_of(images, labels=LABELS, **more):
    sources = {"x": images, **more}
    dataset = IndexableDataset(sources, axis_labels=dict.fromkeys(sources, labels))
    return DataStream(dataset, SequentialScheme(len(images), 3))


def turned(images, *args, epoch=0, **kwargs):
    stream = Random2DRotation(stream_of(images), *args, **kwargs)
    return np.concatenate([x for x, *_ in stream.get_epoch_iterator(epoch=epoch)])


def nearest(image, angle):
    """Return an image turned anticlockwise: where each pixel comes from."""
    centre = (image.shape[-1] - 1) / 2
    y, x = np.indices(image.shape[-2:]) - centre
    from_x = np.cos(angle) * x - np.sin(angle) * y + centre
    from_y = np.sin(angle) * x + np.cos(angle) * y + centre
    inside = (from_x > -0.5) & (from_y > -0.5)
    inside &= (from_x < image.shape[-1] - 0.5) & (from_y < image.shape[-1] - 0.5)
    rows, columns = np.rint(from_y).astype(int), np.rint(from_x).astype(int)
    last = image.shape[-1] - 1
    found = image[:, rows.clip(0, last), columns.clip(0, last)]
    return np.where(inside, found, 0)


def test_streams():
    check_stream(Random2DRotation(stream_of(noise(7, 3, 6))))
    dataset = IndexableDataset({"x": noise(4)}, axis_labels={"x": LABELS})
    check_stream(Random2DRotation(dataset.get_example_stream(), 1, "bilinear", seed=3))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_values(channels, dtype):
    images = noise(5, channels).astype(dtype)
    result = turned(images, 2.5, seed=4, epoch=1)
    assert result.dtype == dtype
    draws = Draws(4, 1, "Random2DRotation").take(5)
    for image, other, draw in zip(images, result, draws, strict=True):
        expected = nearest(image, (2 * draw[0] - 1) * 2.5)
        # places half-way between two pixels may be rounded either way
        assert np.mean(other != expected) < 0.01


def test_angles_are_uniform():
    # where a pixel to the right of the centre ends
    images = np.zeros((2000, 1, 21, 21), "float32")
    images[:, :, 9:12, 17:20] = 1
    result = turned(images, math.pi / 2, "bilinear")
    y, x = np.indices((21, 21)) - 10
    mass = result[:, 0].sum((1, 2))
    angles = np.arctan2((-y * result[:, 0]).sum((1, 2)), (x * result[:, 0]).sum((1, 2)))
    np.testing.assert_allclose(mass, 9, rtol=0.1)
    quantiles = np.quantile(angles, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(quantiles, np.pi / 4 * np.arange(-2, 3), atol=0.1)


def test_no_rotation():
    images = noise(4, 3)
    np.testing.assert_array_equal(turned(images, 0), images)


def test_images_of_different_sizes():
    images = ragged([noise(1, size=5)[0], noise(1, size=7)[0]])
    ((x,),) = Random2DRotation(stream_of(images)).get_epoch_iterator()
    assert [image.shape for image in x] == [(1, 5, 5), (1, 7, 7)]


def test_an_image_and_its_mask_stay_aligned():
    images = noise(6)
    stream = Random2DRotation(stream_of(images, mask=images.astype("float32")))
    for x, mask in stream.get_epoch_iterator():
        np.testing.assert_array_equal(x, mask)


def test_other_axes_are_refused_at_once():
    with pytest.raises(AxisLabelsMismatchError, match="Random2DRotation works on axes"):
        Random2DRotation(stream_of(noise(3), LABELS[::-1]))


@pytest.mark.parametrize("angle", [-0.1, 4, float("nan")])
def test_refuses_angles(angle):
    with pytest.raises(ValueError, match="maximum_rotation must be from 0 to pi"):
        Random2DRotation(stream_of(noise(3)), angle)


def test_refuses_arguments():
    with pytest.raises(TypeError, match="maximum_rotation must be an angle in radians"):
        Random2DRotation(stream_of(noise(3)), "90")
    with pytest.raises(ValueError, match="resample is 'lanczos', and there is no such"):
        Random2DRotation(stream_of(noise(3)), 1, "lanczos")
    with pytest.raises(TypeError, match=r"pixels of uint8 or .* source 'x' has int64"):
        turned(noise(3).astype("int64"))

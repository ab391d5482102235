import io

import numpy as np
import pytest
from PIL import Image

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
)
from brickyard.datasets.transformers import Batch, ImagesFromBytes
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream


def encoded(pixels, kind="png", **kwargs):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **kwargs)
    return file.getvalue()


def colours(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), dtype="uint8")


def examples(files):
    return DataStream(IterableDataset({"x": files, "y": range(len(files))}))


def decoded(files, color_mode="RGB"):
    stream = ImagesFromBytes(examples(files), color_mode, which_sources=("x",))
    return [x for x, _ in stream.get_epoch_iterator()]


def test_streams():
    files = [encoded(colours(4, 5, seed)) for seed in range(5)]
    check_stream(ImagesFromBytes(examples(files), which_sources=("x",)))
    batches = Batch(examples(files), ConstantScheme(2))
    check_stream(ImagesFromBytes(batches, which_sources=("x",)))


@pytest.mark.parametrize("kind", ["png", "bmp", "ppm", "tiff", "webp", "jpeg2000"])
def test_lossless_formats(kind):
    pixels = colours(16, 18)
    options = {"lossless": True} if kind == "webp" else {}
    (image,) = decoded([encoded(pixels, kind, **options)])
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, pixels.transpose(2, 0, 1))


def test_jpeg():
    pixels = np.full((16, 8, 3), (200, 100, 50), "uint8")
    (image,) = decoded([encoded(pixels, "jpeg", quality=95)])
    np.testing.assert_allclose(image, pixels.transpose(2, 0, 1), atol=3)


def test_colours_are_converted():
    grey = np.arange(12, dtype="uint8").reshape(3, 4)
    (image,) = decoded([encoded(grey)])
    np.testing.assert_array_equal(image, np.stack([grey] * 3))
    for mode in ("L", None):
        (image,) = decoded([encoded(grey)], mode)
        np.testing.assert_array_equal(image, grey[None])
    (image,) = decoded([encoded(colours(2, 2))], "L")
    assert image.shape == (1, 2, 2)
    (image,) = decoded([encoded(colours(2, 2))], None)
    assert image.shape == (3, 2, 2)
    (image,) = decoded([encoded(grey)], "F")
    assert image.dtype == np.float32


def test_kinds_of_bytes():
    pixels = colours(3, 4)
    data = encoded(pixels)
    for kind in (bytes, bytearray, memoryview, lambda d: np.frombuffer(d, "uint8")):
        (image,) = decoded([kind(data)])
        np.testing.assert_array_equal(image, pixels.transpose(2, 0, 1))


def test_batches_of_images_of_one_size_are_one_array():
    files = [encoded(colours(4, 5, seed)) for seed in range(4)]
    arrays = [np.frombuffer(file, "uint8") for file in files]
    for batch in (files, tuple(files), np.array(files), ragged(arrays)):
        stream = DataStream(IndexableDataset({"x": batch}), SequentialScheme(4, 4))
        ((x,),) = ImagesFromBytes(stream).get_epoch_iterator()
        expected = [colours(4, 5, seed).transpose(2, 0, 1) for seed in range(4)]
        np.testing.assert_array_equal(x, expected)


def test_images_of_different_sizes():
    files = [encoded(colours(4, 5)), encoded(colours(2, 7))]
    batches = Batch(examples(files), ConstantScheme(2))
    ((x, _),) = ImagesFromBytes(batches, which_sources=("x",)).get_epoch_iterator()
    assert [image.shape for image in x] == [(3, 4, 5), (3, 2, 7)]


def test_pixels_that_are_zero_at_the_end_of_the_file():
    # a bitmap ends with its pixels, and NumPy drops zeros at the end of bytes
    files = [encoded(np.zeros((4, 4, 3), "uint8"), "bmp")] * 2
    batches = Batch(examples(files), ConstantScheme(2))
    ((x, _),) = ImagesFromBytes(batches, which_sources=("x",)).get_epoch_iterator()
    np.testing.assert_array_equal(x, np.zeros((2, 3, 4, 4)))


def test_labels():
    stream = ImagesFromBytes(examples([b""]), which_sources=("x",))
    assert stream.axis_labels == {"x": ("channel", "height", "width")}
    batches = Batch(examples([b""]), ConstantScheme(2))
    stream = ImagesFromBytes(batches, which_sources=("x",))
    assert stream.axis_labels == {"x": ("batch", "channel", "height", "width")}
    mine = {"x": ("c", "h", "w")}
    assert ImagesFromBytes(examples([b""]), axis_labels=mine).axis_labels == mine


@pytest.mark.parametrize(
    "data",
    [b"", b"no image", encoded(colours(20, 20))[:-40], b"%!PS-Adobe-3.0 EPSF-3.0"],
)
def test_damaged_files(data):
    with pytest.raises(ValueError, match="source 'x' cannot be decoded as an image"):
        decoded([data])


def test_a_damaged_file_in_a_batch_is_named():
    batches = Batch(examples([encoded(colours(2, 2)), b"no"]), ConstantScheme(2))
    stream = ImagesFromBytes(batches, which_sources=("x",))
    with pytest.raises(ValueError, match="example 1 of a batch of 'x' cannot be decod"):
        next(stream.get_epoch_iterator())


def test_images_beyond_the_limit_of_pillow(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match=r"cannot be decoded .*DecompressionBombError"):
        decoded([encoded(np.zeros((20, 20), "uint8"))])


@pytest.mark.parametrize(
    ("data", "kind"),
    [("text", "str"), (3, "int"), (np.zeros((2, 2)), r"float64 with shape \(2, 2\)")],
)
def test_refuses_what_is_no_bytes(data, kind):
    with pytest.raises(
        TypeError, match=f"source 'x' must be bytes, .* got .*{kind}; ch"
    ):
        decoded([data])


def test_refuses_colour_modes():
    with pytest.raises(
        ValueError, match=r"color_mode is 'RGBB', and .* did you mean 'RGB"
    ):
        ImagesFromBytes(examples([b""]), "RGBB")

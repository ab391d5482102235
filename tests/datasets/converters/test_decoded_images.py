import io

import numpy as np
import pytest
from PIL import Image

from brickyard.datasets.converters import decoded_images
from brickyard.datasets.converters.decoded_images import decode_image, open_image
from brickyard.datasets.exceptions import DatasetFileError

PIXELS = np.random.default_rng(1).integers(0, 256, (6, 4, 3)).astype(np.uint8)


def encoded(pixels=PIXELS, kind="PNG", mode=None):
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode or "RGB").save(file, kind)
    return file.getvalue()


def test_pixels_come_back_channel_by_channel():
    found = decode_image(encoded(), "a.png", ["PNG"])
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, np.moveaxis(PIXELS, 2, 0))


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_other_colours_become_red_green_and_blue(mode):
    content = encoded(kind="JPEG", mode=mode)
    found = decode_image(content, "a.jpg", ["PNG", "JPEG"])
    expected = np.array(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(found, np.moveaxis(expected, 2, 0))


def test_resizing_is_of_height_and_width():
    even = np.full((6, 4, 3), 77, dtype=np.uint8)
    found = decode_image(encoded(even), "a.png", ["PNG"], resize=(3, 8))
    assert found.shape == (3, 3, 8)
    assert (found == 77).all()


def test_headers_tell_the_size():
    with open_image(encoded()[:60], "a.png", ["PNG"]) as image:
        assert image.size == (4, 6)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", encoded(kind="JPEG"), encoded()[:60]]
)
def test_no_images(content):
    match = r"'a.zip:a.png' is not a PNG image, or is damaged, or too large .* archive"
    with pytest.raises(DatasetFileError, match=match):
        decode_image(content, "a.zip:a.png", ["PNG"])


def test_large_images(monkeypatch):
    monkeypatch.setattr(decoded_images, "MAX_PIXELS", 23)
    with pytest.raises(DatasetFileError, match=r"or too large .*it has 4 x 6 pixels"):
        open_image(encoded(), "a.png", ["PNG"])

import numpy as np
import pytest

from brickyard.datasets.transformers.pillow import (
    RESAMPLE_PLACE,
    RESAMPLE_SIZE,
    apply_to_image,
    check_resample,
    resampling,
)


def left_right(image):
    return image.transpose(0)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_any_number_of_channels(channels, dtype):
    image = np.arange(channels * 12).reshape(channels, 3, 4).astype(dtype)
    result = apply_to_image(left_right, image, "Flip", "x")
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, image[:, :, ::-1])


def test_images_need_not_be_contiguous():
    image = np.arange(24, dtype="uint8").reshape(3, 4, 2)[:, ::2]
    for part in (image, image[:2]):
        result = apply_to_image(left_right, part, "Flip", "x")
        np.testing.assert_array_equal(result, part[:, :, ::-1])


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint16"])
def test_refuses_other_pixels(dtype):
    with pytest.raises(
        TypeError, match=f"Flip works on pixels .* 'x' has {dtype}; use"
    ):
        apply_to_image(left_right, np.zeros((1, 2, 2), dtype), "Flip", "x")


def test_every_name_is_known_to_pillow():
    for name in (*RESAMPLE_SIZE, *RESAMPLE_PLACE):
        assert check_resample(name, RESAMPLE_SIZE, "Resize") == name
        assert resampling(name).name.lower() == name


def test_refuses_other_names():
    with pytest.raises(
        ValueError, match="Turn: resample is 'lanczos', and there is no"
    ):
        check_resample("lanczos", RESAMPLE_PLACE, "Turn")
    with pytest.raises(ValueError, match="Turn: resample is None"):
        check_resample(None, RESAMPLE_PLACE, "Turn")

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Flattener
from brickyard.bricks.conv.images import (
    channels_first,
    channels_last,
    image_size_of,
    images_of,
    known_lengths,
    per_axis,
)

BRICK = Flattener()


def test_moving_the_channels_there_and_back():
    images = np.arange(24.0, dtype="float32").reshape(1, 2, 3, 4)
    x = pt.tensor4("x")
    last, again = evaluate(
        [channels_last(x), channels_first(channels_last(x))], {x: images}
    )
    np.testing.assert_array_equal(last, np.moveaxis(images, 1, -1))
    np.testing.assert_array_equal(again, images)


def test_pixels_are_converted():
    x = pt.tensor("x", dtype="uint8", shape=(None, 3, None, None))
    assert images_of(BRICK, x, 3, (None, None), "float32").dtype == "float32"


def test_a_length_that_does_not_fit_is_refused():
    x = pt.tensor("x", shape=(None, 3, 8, 7))
    with pytest.raises(
        ValueError, match=r"\(batch, 3, 8, 9\), with the channels before"
    ):
        images_of(BRICK, x, 3, (8, 9), "float32")


def test_one_number_stands_for_all_axes():
    assert per_axis(BRICK, "step", 2, 3) == (2, 2, 2)
    assert per_axis(BRICK, "step", [1, 2], 2) == (1, 2)
    with pytest.raises(ValueError, match="/flattener: step must be a positive integer"):
        per_axis(BRICK, "step", 0, 2)
    with pytest.raises(TypeError, match="/flattener: step must be integers"):
        per_axis(BRICK, "step", (1, 1.5), 2)


def test_sizes():
    assert image_size_of(BRICK, None, 3) == (None, None, None)
    assert image_size_of(BRICK, (None, None), 1) == (None,)
    assert image_size_of(BRICK, (8, None), 2) == (8, None)
    with pytest.raises(ValueError, match="image_size must have 1 lengths"):
        image_size_of(BRICK, (8, 8), 1)


def test_lengths_that_must_be_known():
    assert known_lengths(BRICK, (3, 4), "this") == [3, 4]
    with pytest.raises(
        ValueError, match=r"this needs the size of the images, got .*None"
    ):
        known_lengths(BRICK, (3, None), "this")

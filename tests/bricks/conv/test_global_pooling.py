from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    Convolutional,
    ConvolutionalSequence,
    GlobalAveragePooling,
    GlobalMaxPooling,
    GlobalPooling,
)
from brickyard.testing import check_brick

IMAGES = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")


@pytest.mark.parametrize("pooling", [GlobalAveragePooling, GlobalMaxPooling])
def test_the_usual_checks(pooling):
    check_brick(pooling, {"input_": IMAGES}, parameters={})


def test_values():
    x = pt.tensor4("x")
    outputs = [GlobalAveragePooling().apply(x), GlobalMaxPooling().apply(x)]
    mean, largest = evaluate(outputs, {x: IMAGES})
    np.testing.assert_allclose(mean, IMAGES.mean((2, 3)), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(largest, IMAGES.max((2, 3)))


def test_at_the_end_of_a_sequence():
    pooling = GlobalAveragePooling()
    sequence = ConvolutionalSequence(
        [Convolutional((3, 3), 8), pooling], 3, image_size=(6, 6)
    )
    assert sequence.get_dim("output") == 8
    assert pooling.get_dim("input_") == (8, 4, 4)
    assert sequence.num_output_channels == 8


def test_nothing_comes_after_it_in_a_sequence():
    layers = [GlobalAveragePooling(), Convolutional((3, 3), 8)]
    sequence = ConvolutionalSequence(layers, 3, image_size=(6, 6))
    with pytest.raises(ValueError, match="one number for each channel rather than im"):
        sequence.get_dim("output")


def test_images_without_spatial_axes_are_refused():
    with pytest.raises(ValueError, match="/globalmaxpooling needs images of shape"):
        GlobalMaxPooling().apply(pt.matrix("x"))


def test_a_subclass_says_how():
    with pytest.raises(NotImplementedError, match=r"GlobalPooling\.reduce is missing"):
        GlobalPooling().apply(pt.tensor4("x"))

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    Convolutional,
    ConvolutionalSequence,
    DepthwiseConvolutional,
    GroupedConvolutional,
)
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)
INIT = {
    "weights_init": IsotropicGaussian(),
    "biases_init": IsotropicGaussian(),
    "seed": 1,
}


def test_the_usual_checks():
    images = {"input_": rng.normal(size=(2, 4, 4, 3))}
    check_brick(
        lambda: GroupedConvolutional((2, 2), 6, 4, 2, **INIT),
        images,
        parameters={
            "/groupedconvolutional.W": (6, 2, 2, 2),
            "/groupedconvolutional.b": (6,),
        },
    )
    check_brick(
        lambda: DepthwiseConvolutional((2, 2), 4, 2, border_mode="half", **INIT),
        images,
        parameters={
            "/depthwiseconvolutional.W": (8, 1, 2, 2),
            "/depthwiseconvolutional.b": (8,),
        },
    )


def test_each_group_is_a_layer_of_its_own():
    grouped = GroupedConvolutional((3, 2), 6, 4, 2, step=2, **INIT)
    grouped.initialize()
    images = rng.normal(size=(2, 4, 7, 5)).astype("float32")
    x = pt.tensor4("x")
    value = evaluate(grouped.apply(x), {x: images})
    for group in range(2):
        part = Convolutional((3, 2), 3, 2, step=2, **INIT)
        part.initialize()
        mine = slice(3 * group, 3 * group + 3)
        part.W.set_value(grouped.W.get_value()[mine])
        part.b.set_value(grouped.b.get_value()[mine])
        expected = evaluate(part.apply(x), {x: images[:, 2 * group : 2 * group + 2]})
        np.testing.assert_allclose(value[:, mine], expected, atol=1e-5)


def test_depthwise_agrees_with_as_many_groups_as_channels():
    depthwise = DepthwiseConvolutional((3, 3), 4, 2, **INIT)
    grouped = GroupedConvolutional((3, 3), 8, 4, 4, **INIT)
    for brick in (depthwise, grouped):
        brick.initialize()
    grouped.W.set_value(depthwise.W.get_value())
    grouped.b.set_value(depthwise.b.get_value())
    images = rng.normal(size=(2, 4, 5, 5)).astype("float32")
    x = pt.tensor4("x")
    values = evaluate([depthwise.apply(x), grouped.apply(x)], {x: images})
    np.testing.assert_allclose(values[0], values[1], atol=1e-5)


def test_channels_may_come_late():
    layers = [DepthwiseConvolutional((3, 3)), Convolutional((1, 1), 5)]
    sequence = ConvolutionalSequence(layers, 3, image_size=(6, 6), **INIT)
    sequence.initialize()
    assert layers[0].num_filters == 3
    assert sequence.get_dim("output") == (5, 4, 4)


def test_groups_that_do_not_divide_are_refused():
    brick = GroupedConvolutional((3, 3), 5, 4, 2, **INIT)
    with pytest.raises(
        ValueError, match="4 channels and 5 filters cannot both be divid"
    ):
        brick.allocate()


def test_a_wrong_number_of_filters_or_multiples_is_refused():
    with pytest.raises(ValueError, match=r"multiplier .* must be a positive integer"):
        DepthwiseConvolutional((3, 3), 4, 0)
    with pytest.raises(AttributeError, match=r"multiplier \* num_channels filters"):
        DepthwiseConvolutional((3, 3), 4).num_filters = 7

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    MLP,
    Convolutional,
    ConvolutionalSequence,
    Flattener,
    MaxPooling,
    Rectifier,
    Softmax,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

INIT = {
    "weights_init": IsotropicGaussian(0.3),
    "biases_init": IsotropicGaussian(0.3),
    "seed": 1,
}


def layers():
    return [
        Convolutional((3, 3), 4),
        Rectifier(),
        MaxPooling((2, 2)),
        Convolutional((2, 2), 5),
    ]


def test_the_usual_checks():
    check_brick(
        lambda: ConvolutionalSequence(layers(), 2, image_size=(8, 7), **INIT),
        {"input_": np.random.default_rng(0).normal(size=(2, 2, 8, 7))},
        parameters={
            "/convolutionalsequence/convolutional_0.W": (4, 2, 3, 3),
            "/convolutionalsequence/convolutional_0.b": (4,),
            "/convolutionalsequence/convolutional_1.W": (5, 4, 2, 2),
            "/convolutionalsequence/convolutional_1.b": (5,),
        },
    )


def test_each_layer_learns_the_shape_of_its_images():
    parts = layers()
    sequence = ConvolutionalSequence(parts, 2, image_size=(8, 7))
    assert sequence.get_dim("input_") == (2, 8, 7)
    assert sequence.get_dim("output") == (5, 2, 1)
    assert [part.num_channels for part in parts if part is not parts[1]] == [2, 4, 4]
    assert parts[3].image_size == (3, 2)
    assert sequence.output_dim == (5, 2, 1)
    assert sequence.num_output_channels == 5


def test_what_is_given_to_the_sequence_reaches_its_layers():
    parts = layers()
    sequence = ConvolutionalSequence(
        parts, 2, image_size=(8, 8), border_mode="half", tied_biases=False, **INIT
    )
    sequence.initialize()
    assert parts[0].border_mode == parts[3].border_mode == "half"
    assert parts[0].b.get_value().shape == (4, 8, 8)
    assert sequence.get_dim("output") == (5, 5, 5)


def test_sequences_can_be_nested():
    inner = ConvolutionalSequence(layers(), name="inner")
    outer = ConvolutionalSequence(
        [Convolutional((1, 1), 3), inner], 2, image_size=(8, 7), **INIT
    )
    outer.initialize()
    assert inner.input_dim == (3, 8, 7)
    assert outer.get_dim("output") == (5, 2, 1)


def test_a_whole_network():
    sequence = ConvolutionalSequence(layers(), 2, image_size=(8, 7))
    dims = [int(np.prod(sequence.get_dim("output"))), 3]
    top = MLP([Softmax()], dims, weights_init=Constant(1), biases_init=Constant(0))
    for brick in (sequence, top):
        brick.weights_init, brick.biases_init = INIT["weights_init"], Constant(0)
        brick.initialize()
    x = pt.tensor4("x")
    y = top.apply(Flattener().apply(sequence.apply(x)))
    images = np.random.default_rng(0).normal(size=(4, 2, 8, 7)).astype("float32")
    np.testing.assert_allclose(evaluate(y, {x: images}).sum(1), 1, rtol=1e-5)


def test_a_sequence_of_activations_keeps_the_shape():
    sequence = ConvolutionalSequence([Rectifier()], 2, image_size=(8, 7))
    assert sequence.get_dim("output") == (2, 8, 7)


def test_unknown_dimensions_are_refused_by_name():
    sequence = ConvolutionalSequence(layers(), 2)
    with pytest.raises(ValueError, match="other"):
        sequence.get_dim("other")

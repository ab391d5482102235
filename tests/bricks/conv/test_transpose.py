from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Convolutional, ConvolutionalTranspose
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)
INIT = {
    "weights_init": IsotropicGaussian(),
    "biases_init": IsotropicGaussian(),
    "seed": 1,
}


def test_the_usual_checks():
    check_brick(
        lambda: ConvolutionalTranspose((3, 2), 3, 4, step=2, unused_edge=1, **INIT),
        {"input_": rng.normal(size=(2, 4, 3, 2))},
        parameters={
            "/convolutionaltranspose.W": (4, 3, 3, 2),
            "/convolutionaltranspose.b": (3,),
        },
    )


def test_it_is_the_gradient_of_a_convolution():
    arguments = {"step": 2, "border_mode": (1, 0), "use_bias": False}
    back = ConvolutionalTranspose(
        (3, 2), 3, 4, original_image_size=(8, 7), **arguments, **INIT
    )
    there = Convolutional((3, 2), 4, 3, **arguments, **INIT)
    for brick in (back, there):
        brick.initialize()
    there.W.set_value(back.W.get_value())
    x, g = pt.tensor4("x"), pt.tensor4("g")
    gradient = pytensor.grad((there.apply(x) * g).sum(), x)
    images = rng.normal(size=(2, 3, 8, 7)).astype("float32")
    gradients = rng.normal(size=(2, 4, 4, 3)).astype("float32")
    expected = evaluate(gradient, {x: images, g: gradients})
    value = evaluate(back.apply(g), {g: gradients})
    np.testing.assert_allclose(value, expected, atol=1e-5)


def test_values_agree_with_pytorch():
    torch = pytest.importorskip("torch")
    brick = ConvolutionalTranspose(
        (3, 2), 3, 4, step=(2, 3), border_mode=(1, 0), unused_edge=(1, 2), **INIT
    )
    brick.initialize()
    images = rng.normal(size=(2, 4, 5, 3)).astype("float32")
    peer = torch.nn.functional.conv_transpose2d(
        torch.tensor(images),
        torch.tensor(brick.W.get_value()),
        torch.tensor(brick.b.get_value()),
        stride=(2, 3),
        padding=(1, 0),
        output_padding=(1, 2),
    )
    x = pt.tensor4("x")
    value = evaluate(brick.apply(x), {x: images})
    np.testing.assert_allclose(value, peer.numpy(), rtol=1e-4, atol=1e-5)


def test_dimensions():
    brick = ConvolutionalTranspose((3, 3), 4, 8, step=2, image_size=(7, 6), **INIT)
    assert brick.get_dim("input_") == (8, 7, 6)
    assert brick.get_dim("output") == (4, 15, 13)
    brick.unused_edge = 1
    assert brick.get_dim("output") == (4, 16, 14)
    brick.original_image_size = (15, 14)
    assert brick.get_dim("output") == (4, 15, 14)


def test_an_unused_edge_is_smaller_than_the_step():
    brick = ConvolutionalTranspose((3, 3), 4, 8, step=2, unused_edge=2, **INIT)
    with pytest.raises(ValueError, match=r"smaller than the step \(2, 2\)"):
        brick.get_dim("output")


def test_an_impossible_original_size_is_refused():
    brick = ConvolutionalTranspose(
        (3, 3), 4, 8, original_image_size=(9, 9), step=2, **INIT
    )
    brick.initialize()
    with pytest.raises(ValueError, match=r"takes \(4, 4\) positions .* has \(5, 5\)"):
        brick.apply(pt.tensor("x", shape=(None, 8, 5, 5)))

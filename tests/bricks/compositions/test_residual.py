from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Convolutional, GlobalAveragePooling, Tanh
from brickyard.bricks.compositions import Residual
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def residual_of(*args, **kwargs):
    made = Residual(
        *args,
        weights_init=IsotropicGaussian(),
        biases_init=Constant(0.1),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


def test_the_usual_checks():
    check_brick(
        lambda: residual_of(
            Convolutional((3, 3), 3, step=2, border_mode="half", name="residual"),
            2,
            shortcut=Convolutional((1, 1), 3, step=2, use_bias=False, name="shortcut"),
        ),
        {"input_": rng.normal(size=(3, 2, 4, 3))},
    )


def test_values():
    convolution = Convolutional((3, 3), 2, border_mode="half")
    identity = residual_of(convolution, 2)
    tanh = residual_of(Convolutional((1, 1), 2, name="f"), 2, shortcut=Tanh())
    images = rng.normal(size=(2, 2, 4, 3)).astype("float32")
    x = pt.tensor4("x")
    outputs = [brick.apply(x) for brick in (identity, convolution, tanh, tanh.residual)]
    summed, added, with_tanh, f = evaluate(outputs, {x: images})
    np.testing.assert_allclose(summed, images + added, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(with_tanh, f + np.tanh(images), rtol=1e-5, atol=1e-5)


def test_dimensions():
    brick = Residual(Convolutional((3, 3), 4, border_mode="half"), image_size=(8, 6))
    brick.num_channels = 4
    assert brick.get_dim("output") == (4, 8, 6)
    x = pt.tensor("x", shape=(None, 4, 8, 6))
    assert brick.apply(x).type.shape == (None, 4, 8, 6)


@pytest.mark.parametrize(
    ("residual", "message"),
    [
        (Convolutional((3, 3), 2), r"makes images of shape \(2, 6, 4\), the shortcut"),
        (Convolutional((1, 1), 3), r"of shape \(3, 8, 6\), the shortcut \(2, 8, 6\)"),
        (GlobalAveragePooling(), r"of shape 2, the shortcut \(2, 8, 6\)"),
    ],
)
def test_shapes_must_agree(residual, message):
    brick = Residual(residual, 2, (8, 6))
    with pytest.raises(ValueError, match=message):
        brick.get_dim("output")
    with pytest.raises(ValueError, match="give a shortcut that"):
        brick.apply(pt.tensor4("x"))

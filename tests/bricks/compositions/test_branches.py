from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Convolutional, MaxPooling, Rectifier
from brickyard.bricks.compositions import Branches
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def branches_of(*bricks, **kwargs):
    made = Branches(
        bricks,
        num_channels=2,
        weights_init=IsotropicGaussian(),
        biases_init=Constant(0.1),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


def test_the_usual_checks():
    check_brick(
        lambda: branches_of(
            Convolutional((1, 1), 3), Convolutional((3, 3), 2, border_mode="half")
        ),
        {"input_": rng.normal(size=(3, 2, 4, 3))},
        parameters={
            "/branches/convolutional_0.W": (3, 2, 1, 1),
            "/branches/convolutional_0.b": (3,),
            "/branches/convolutional_1.W": (2, 2, 3, 3),
            "/branches/convolutional_1.b": (2,),
        },
    )


def test_channels_are_joined_in_order():
    convolution = Convolutional((1, 1), 3)
    brick = branches_of(Rectifier(), convolution, MaxPooling((3, 3), 1, padding=1))
    images = rng.normal(size=(2, 2, 4, 3)).astype("float32")
    x = pt.tensor4("x")
    joined, filtered = evaluate([brick.apply(x), convolution.apply(x)], {x: images})
    np.testing.assert_array_equal(joined[:, :2], np.maximum(images, 0))
    np.testing.assert_array_equal(joined[:, 2:5], filtered)
    np.testing.assert_array_equal(joined[:, 5:, 1, 1], images[:, :, :3].max((2, 3)))


def test_dimensions():
    brick = Branches([Convolutional((1, 1), 3), Rectifier()], image_size=(5, 4))
    brick.num_channels = 2
    assert brick.get_dim("output") == (5, 5, 4)
    assert brick.num_output_channels == 5
    assert Branches([Rectifier()], 2).get_dim("output") == (2, None, None)
    x = pt.tensor("x", shape=(None, 2, 5, 4))
    assert brick.apply(x).type.shape == (None, 5, 5, 4)


def test_sizes_must_agree():
    brick = Branches([Convolutional((3, 3), 3), Rectifier()], 2, (5, 4))
    with pytest.raises(
        ValueError, match=r"/branches/convolutional_0: \(3, 2\), .*half"
    ):
        brick.get_dim("output")


def test_wrong_branches():
    with pytest.raises(
        TypeError, match="/branches is made of bricks, got 3 of type int"
    ):
        Branches([3], 2)
    with pytest.raises(ValueError, match="needs at least one branch"):
        Branches([], 2)

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, compile, evaluate
from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.reference import convolve
from brickyard.bricks import Convolutional
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import BIAS, FILTER, WEIGHT, has_roles
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def layer(*args, **kwargs):
    made = Convolutional(
        *args,
        weights_init=IsotropicGaussian(),
        biases_init=IsotropicGaussian(),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


@pytest.mark.parametrize(
    ("backend", "check_gradients"), [("xla", True), ("numba", False)]
)
def test_the_usual_checks(backend, check_gradients):
    check_brick(
        lambda: layer((3, 2), 4, 2, step=(2, 1), border_mode=(1, 0)),
        {"input_": rng.normal(size=(3, 2, 5, 4))},
        parameters={"/convolutional.W": (4, 2, 3, 2), "/convolutional.b": (4,)},
        backend=backend,
        check_gradients=check_gradients,
    )


@pytest.mark.parametrize(
    ("filter_size", "arguments"),
    [
        ((3,), {"border_mode": "full"}),
        ((3, 2), {"step": (2, 1), "border_mode": (1, 2)}),
        ((3, 3), {"border_mode": "half", "dilation": 2}),
        ((2, 3, 2), {"step": 2}),
    ],
)
def test_values_agree_with_the_reference(filter_size, arguments):
    rank = len(filter_size)
    images = rng.normal(size=(2, 3, *(9, 8, 7)[:rank])).astype("float32")
    brick = layer(filter_size, 4, 3, **arguments)
    x = pt.tensor("x", dtype="float32", shape=(None,) * (rank + 2))
    value = evaluate(brick.apply(x), {x: images})
    how = geometry(
        rank,
        filter_size,
        arguments.get("step", 1),
        arguments.get("border_mode", "valid"),
        arguments.get("dilation", 1),
    )
    filters = np.moveaxis(brick.W.get_value(), (0, 1), (-1, -2))
    expected = convolve(np.moveaxis(images, 1, -1), filters, how) + brick.b.get_value()
    np.testing.assert_allclose(
        np.moveaxis(value, 1, -1), expected, rtol=1e-4, atol=1e-5
    )


def test_values_agree_with_pytorch():
    torch = pytest.importorskip("torch")
    images = rng.normal(size=(2, 3, 9, 8)).astype("float32")
    brick = layer((3, 2), 4, 3, step=(2, 1), border_mode=(1, 1), dilation=(1, 2))
    peer = torch.nn.functional.conv2d(
        torch.tensor(images),
        torch.tensor(brick.W.get_value()),
        torch.tensor(brick.b.get_value()),
        stride=(2, 1),
        padding=(1, 1),
        dilation=(1, 2),
    )
    x = pt.tensor4("x")
    value = evaluate(brick.apply(x), {x: images})
    np.testing.assert_allclose(value, peer.numpy(), rtol=1e-4, atol=1e-5)


def test_parameters_have_their_roles():
    brick = layer((3, 3), 4, 2)
    assert has_roles(brick.W, [FILTER])
    assert has_roles(brick.W, [WEIGHT])
    assert has_roles(brick.b, [BIAS])
    assert brick.num_output_channels == 4


def test_dimensions():
    brick = layer((5, 5), 20, 1, image_size=(28, 28))
    assert brick.get_dim("input_") == (1, 28, 28)
    assert brick.get_dim("output") == (20, 24, 24)
    assert layer((5, 5), 20, 1).get_dim("output") == (20, None, None)
    with pytest.raises(ValueError, match="other"):
        brick.get_dim("other")


def test_a_bias_for_each_position():
    brick = layer((2, 2), 3, 1, image_size=(4, 3), tied_biases=False)
    assert brick.b.get_value().shape == (3, 3, 2)
    x = pt.tensor4("x")
    value = evaluate(brick.apply(x), {x: np.zeros((2, 1, 4, 3), "float32")})
    np.testing.assert_array_equal(value[1], brick.b.get_value())


def test_a_bias_for_each_position_needs_their_number():
    brick = Convolutional((2, 2), 3, 1, tied_biases=False)
    with pytest.raises(
        ValueError, match="/convolutional: a bias for each position need"
    ):
        brick.allocate()


def test_what_is_missing_is_named():
    brick = Convolutional((2, 2), weights_init=Constant(1), biases_init=Constant(0))
    with pytest.raises(ValueError, match=r"num_filters.*num_channels"):
        brick.initialize()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((3, 0), 4, 2), ValueError, "filter_size must be a positive integer or 2"),
        (((3, 2.0), 4, 2), TypeError, "filter_size must be integers"),
        (((3, 3), 4, 2, None, None, (1, 1, 1)), ValueError, "step must be a positive"),
        (((3, 3), 4, 2, None, None, 1, "same"), ValueError, "'valid', 'half', 'full'"),
        (((3, 3, 3, 3), 4, 2), ValueError, "1, 2 or 3 axes are supported"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Convolutional(*arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (None, 3, 9, 9),
            r"/convolutional needs images of shape \(batch, 2, any, any\)",
        ),
        (
            (None, 2, 9),
            r"needs images of shape .*channels before .* got float32 \(\?, 2",
        ),
    ],
)
def test_images_that_do_not_fit_are_refused_early(shape, message):
    with pytest.raises(ValueError, match=message):
        layer((3, 3), 4, 2).apply(pt.tensor("x", shape=shape))


def test_integers_that_are_no_pixels_are_refused():
    with pytest.raises(TypeError, match="/convolutional works on float32, got int64"):
        layer((3, 3), 4, 2).apply(pt.ltensor4("x"))


def test_images_that_are_too_small_are_refused_by_the_brick():
    x = pt.tensor4("x")
    function = compile([x], layer((3, 3), 4, 2).apply(x))
    with pytest.raises(
        ComputationError, match=r"(?s)/convolutional\.apply.* does not fit"
    ):
        function(np.zeros((1, 2, 2, 5), "float32"))

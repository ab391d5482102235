from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Convolutional, ConvolutionalSequence
from brickyard.bricks.initialization import Constant, HeNormal, Uniform
from brickyard.bricks.normalization import GroupNormalization
from brickyard.graph import BIAS, PARAMETER, WEIGHT, has_roles
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def brick_of(*args, **kwargs):
    made = GroupNormalization(
        *args,
        scale_init=Uniform(1, 1),
        shift_init=Uniform(0, 1),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


def test_the_usual_checks():
    check_brick(
        lambda: brick_of(2, 4, name="norm"),
        {"input_": rng.normal(size=(3, 4, 3, 2))},
        parameters={"/norm.scale": (4,), "/norm.shift": (4,)},
    )


@pytest.mark.parametrize(
    ("num_groups", "spatial", "backend"),
    [
        (1, (5,), "xla"),
        (2, (4, 3), "xla"),
        (2, (4, 3), "numba"),
        (3, (), "xla"),
        (6, (2, 3, 2), "xla"),
    ],
)
def test_values(num_groups, spatial, backend):
    brick = brick_of(num_groups, 6)
    images = rng.normal(2, 3, size=(3, 6, *spatial)).astype("float32")
    x = pt.tensor("x", dtype="float32", shape=(None,) * images.ndim)
    value = evaluate(brick.apply(x), {x: images}, backend=backend)
    groups = images.astype("float64").reshape(3, num_groups, -1)
    groups = groups - groups.mean(2, keepdims=True)
    expected = groups / np.sqrt((groups**2).mean(2, keepdims=True) + 1e-5)
    per_channel = (6, *[1] * len(spatial))
    expected = expected.reshape(images.shape) * brick.parameters[
        "scale"
    ].get_value().reshape(per_channel)
    expected = expected + brick.parameters["shift"].get_value().reshape(per_channel)
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    brick = brick_of(2, 6, epsilon=1e-3)
    images = rng.normal(1, 2, size=(4, 6, 5, 3)).astype("float32")
    weights = rng.normal(size=images.shape).astype("float32")
    scale, shift = (brick.parameters[name] for name in ("scale", "shift"))
    tensors = [
        torch.tensor(array, requires_grad=True)
        for array in (images, scale.get_value(), shift.get_value())
    ]
    peer = torch.nn.functional.group_norm(tensors[0], 2, *tensors[1:], eps=1e-3)
    (peer * torch.tensor(weights)).sum().backward()
    x = pt.tensor4("x")
    y = brick.apply(x)
    gradients = pt.grad((y * weights).sum(), [x, scale, shift])
    value, *values = evaluate([y, *gradients], {x: images})
    np.testing.assert_allclose(value, peer.detach().numpy(), rtol=1e-4, atol=1e-4)
    for value, tensor in zip(values, tensors, strict=True):
        np.testing.assert_allclose(value, tensor.grad.numpy(), rtol=1e-4, atol=1e-4)


def test_shapes_are_known_in_the_graph():
    x = pt.tensor("x", shape=(None, 6, 5, 3))
    assert brick_of(2, 6).apply(x).type.shape == (None, 6, 5, 3)
    assert brick_of(2, 6).apply(pt.tensor4("x")).type.shape == (None, 6, None, None)


def test_options_and_roles():
    brick = brick_of(2, 4, learn_scale=False)
    assert list(brick.parameters.names()) == ["shift"]
    assert has_roles(brick.parameters["shift"], [BIAS])
    brick = brick_of(2, 4, learn_shift=False)
    assert has_roles(brick.parameters["scale"], [PARAMETER])
    assert not has_roles(brick.parameters["scale"], [WEIGHT])
    plain = brick_of(2, 4, learn_scale=False, learn_shift=False)
    x = pt.matrix("x")
    value = evaluate(plain.apply(x), {x: [[0, 2, 3, 3]]})
    np.testing.assert_allclose(value, [[-1, 1, 0, 0]], rtol=1e-4)


def test_in_a_convolutional_sequence():
    layers = [Convolutional((3, 3), 6), GroupNormalization(3)]
    sequence = ConvolutionalSequence(
        layers,
        2,
        image_size=(7, 6),
        weights_init=HeNormal(),
        biases_init=Constant(0),
    )
    sequence.initialize()
    assert sequence.get_dim("output") == layers[1].get_dim("input_") == (6, 5, 4)
    assert layers[1].num_output_channels == 6
    assert layers[1].input_dim == layers[1].output_dim == (6, 5, 4)


def test_dimensions_given_late():
    brick = GroupNormalization(2)
    with pytest.raises(ValueError, match="num_channels of /groupnormalization is miss"):
        brick.allocate()
    brick.input_dim = 4
    assert brick.output_dim == 4
    brick.output_dim = (4, 5, 5)
    assert (brick.num_channels, brick.image_size) == (4, (5, 5))
    with pytest.raises(ValueError, match="does not know the dimension of 'other'"):
        brick.get_dim("other")


@pytest.mark.parametrize("num_groups", [4, 0, 12])
def test_groups_that_are_not_equal(num_groups):
    brick = GroupNormalization(num_groups, 6)
    with pytest.raises(
        ValueError, match=f"6 channels cannot be .* into {num_groups} eq"
    ):
        brick.allocate()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"epsilon must be greater than 0, got -1"):
        GroupNormalization(2, 4, epsilon=-1)


def test_inputs_that_do_not_fit():
    brick = brick_of(2, 4)
    with pytest.raises(
        ValueError, match=r"needs images of shape \(batch, 4, \*spatial"
    ):
        brick.apply(pt.vector("x"))
    with pytest.raises(ValueError, match=r"needs images of shape \(batch, 4, any\)"):
        brick.apply(pt.tensor("x", shape=(None, 3, 2)))
    with pytest.raises(TypeError, match="works on float32, got int64"):
        brick.apply(pt.lmatrix("x"))

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Selector
from brickyard.bricks.compositions import Inception
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def module_of(*args, **kwargs):
    made = Inception(
        *args,
        weights_init=IsotropicGaussian(),
        biases_init=IsotropicGaussian(),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


def test_the_usual_checks():
    shapes = {
        "1x1/convolution": (2, 3, 1, 1),
        "3x3/reduce": (1, 3, 1, 1),
        "3x3/convolution": (3, 1, 3, 3),
        "5x5/reduce": (2, 3, 1, 1),
        "5x5/convolution": (1, 2, 5, 5),
        "pool/convolution": (2, 3, 1, 1),
    }
    parameters = {}
    for path, shape in shapes.items():
        parameters[f"/inception/{path}.W"] = shape
        parameters[f"/inception/{path}.b"] = shape[:1]
    check_brick(
        lambda: module_of(2, 1, 3, 2, 1, 2, 3),
        {"input_": rng.normal(size=(2, 3, 4, 3))},
        parameters=parameters,
        # Compared with those of PyTorch below.
        check_gradients=False,
    )


def test_values_and_gradients_agree_with_pytorch():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    module = module_of(4, 2, 5, 3, 2, 3, 6)
    images = rng.normal(size=(2, 6, 7, 5)).astype("float32")
    parameters = Selector(module).get_parameters()
    tensors = {
        path.removeprefix("/inception/"): torch.tensor(
            parameter.get_value(), requires_grad=True
        )
        for path, parameter in parameters.items()
    }
    peer_x = torch.tensor(images)

    def layer(y, path, padding=0):
        weights, biases = tensors[f"{path}.W"], tensors[f"{path}.b"]
        return functional.relu(functional.conv2d(y, weights, biases, padding=padding))

    pooled = functional.max_pool2d(peer_x, 3, stride=1, padding=1)
    branches = [
        layer(peer_x, "1x1/convolution"),
        layer(layer(peer_x, "3x3/reduce"), "3x3/convolution", 1),
        layer(layer(peer_x, "5x5/reduce"), "5x5/convolution", 2),
        layer(pooled, "pool/convolution"),
    ]
    peer = torch.cat(branches, 1)
    (peer**2).sum().backward()
    x = pt.tensor4("x")
    output = module.apply(x)
    gradients = pt.grad((output**2).sum(), list(parameters.values()))
    value, *values = evaluate([output, *gradients], {x: images})
    assert value.shape == (2, 14, 7, 5)
    np.testing.assert_allclose(value, peer.detach().numpy(), rtol=1e-4, atol=1e-4)
    for path, gradient, tensor in zip(tensors, values, tensors.values(), strict=True):
        expected = tensor.grad.numpy()
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            gradient, expected, rtol=1e-4, atol=1e-4 * scale, err_msg=path
        )


def test_dimensions():
    module = Inception(64, 96, 128, 16, 32, 32, image_size=(28, 28))
    module.num_channels = 192
    assert module.get_dim("output") == (256, 28, 28)
    x = pt.tensor("x", shape=(None, 192, 28, 28))
    assert module.apply(x).type.shape == (None, 256, 28, 28)

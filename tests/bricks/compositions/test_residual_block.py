from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import ConvolutionalSequence
from brickyard.bricks.compositions import ResidualBlock
from brickyard.bricks.compositions.residual_block import convolution, two_layers
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import (
    ComputationGraph,
    apply_batch_normalization,
    get_batch_normalization_updates,
)
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def block_of(*args, **kwargs):
    made = ResidualBlock(*args, weights_init=IsotropicGaussian(), seed=1, **kwargs)
    made.initialize()
    return made


def test_the_usual_checks():
    layers = "/residualblock/sum/residual"
    check_brick(
        lambda: block_of(2),
        {"input_": rng.normal(size=(2, 2, 4, 3))},
        parameters={
            f"{layers}/convolutional_0.W": (2, 2, 3, 3),
            f"{layers}/spatialbatchnormalization_0.scale": (2, 1, 1),
            f"{layers}/spatialbatchnormalization_0.shift": (2, 1, 1),
            f"{layers}/convolutional_1.W": (2, 2, 3, 3),
            f"{layers}/spatialbatchnormalization_1.scale": (2, 1, 1),
            f"{layers}/spatialbatchnormalization_1.shift": (2, 1, 1),
        },
        # Compared with those of PyTorch below.
        check_gradients=False,
    )


def test_training_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    block = block_of(3)
    images = rng.normal(size=(4, 3, 6, 5)).astype("float32")
    x = pt.tensor4("x")
    graph = apply_batch_normalization(ComputationGraph(block.apply(x)))
    output = graph.outputs[0]
    filters = [layer.W for layer in block.convolutions]
    values = evaluate([output, *pt.grad((output**2).sum(), [x, *filters])], {x: images})
    peer_x = torch.tensor(images, requires_grad=True)
    W = [torch.tensor(each.get_value(), requires_grad=True) for each in filters]

    def normalize(y):
        return functional.batch_norm(y, None, None, training=True, eps=1e-4)

    hidden = functional.relu(normalize(functional.conv2d(peer_x, W[0], padding=1)))
    added = normalize(functional.conv2d(hidden, W[1], padding=1))
    peer = functional.relu(peer_x + added)
    (peer**2).sum().backward()
    expected = [peer.detach(), peer_x.grad, W[0].grad, W[1].grad]
    for value, tensor in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, tensor.numpy(), rtol=1e-3, atol=1e-3)


def test_in_a_sequence_that_says_how_many_channels():
    blocks = [ResidualBlock(), ResidualBlock()]
    sequence = ConvolutionalSequence(
        blocks,
        3,
        image_size=(6, 5),
        border_mode="valid",
        weights_init=IsotropicGaussian(),
        biases_init=Constant(0),
    )
    sequence.initialize()
    assert sequence.get_dim("output") == (3, 6, 5)
    assert blocks[1].num_output_channels == 3
    output = sequence.apply(pt.tensor("x", shape=(None, 3, 6, 5)))
    assert output.type.shape == (None, 3, 6, 5)
    training = apply_batch_normalization(ComputationGraph(output))
    assert len(get_batch_normalization_updates(training)) == 8


def test_channels_are_needed():
    with pytest.raises(ValueError, match="num_channels of /residualblock is missing"):
        ResidualBlock().allocate()


def test_parts():
    first = convolution((3, 3), 4, step=2)
    assert (first.num_filters, first.step, first.use_bias) == (4, 2, False)
    layers = two_layers(first, convolution((3, 3), 5))
    layers.num_channels, layers.image_size = 2, (8, 7)
    assert layers.get_dim("output") == (5, 4, 4)

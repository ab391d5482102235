from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import ConvolutionalSequence, Rectifier, Selector
from brickyard.bricks.compositions import ProjectedResidualBlock
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def block_of(*args, **kwargs):
    made = ProjectedResidualBlock(
        *args, weights_init=IsotropicGaussian(), seed=1, **kwargs
    )
    made.initialize()
    return made


def test_the_usual_checks():
    check_brick(
        lambda: block_of(3, 2),
        {"input_": rng.normal(size=(2, 2, 4, 3))},
    )


def test_values_agree_with_pytorch():
    torch = pytest.importorskip("torch")
    conv2d = torch.nn.functional.conv2d
    block = block_of(4, 3)
    first, second, shortcut = (
        torch.tensor(parameter.get_value())
        for parameter in Selector(block).get_parameters("W").values()
    )
    images = rng.normal(size=(2, 3, 7, 6)).astype("float32")
    x = pt.tensor4("x")
    value = evaluate(block.apply(x), {x: images})
    # Population statistics are 0 and 1 at first: normalization changes nothing.
    peer = torch.tensor(images)
    hidden = torch.relu(conv2d(peer, first, stride=2, padding=1))
    added = conv2d(hidden, second, padding=1)
    expected = torch.relu(added + conv2d(peer, shortcut, stride=2))
    np.testing.assert_allclose(value, expected.numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("step", "lengths"), [(1, (7, 6)), (2, (4, 3)), (3, (3, 2))])
def test_lengths_are_divided(step, lengths):
    block = ProjectedResidualBlock(8, 3, (7, 6), step)
    assert block.get_dim("output") == (8, *lengths)
    output = block.apply(pt.tensor("x", shape=(None, 3, 7, 6)))
    assert output.type.shape == (None, 8, *lengths)


def test_in_a_sequence():
    sequence = ConvolutionalSequence(
        [ProjectedResidualBlock(4), Rectifier(), ProjectedResidualBlock(6)],
        3,
        image_size=(8, 8),
        weights_init=IsotropicGaussian(),
    )
    sequence.initialize()
    assert sequence.get_dim("output") == (6, 2, 2)
    assert not any("b" in block.parameters.names() for block in sequence.children)

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    AveragePooling,
    Convolutional,
    ConvolutionalSequence,
    MaxPooling,
    Rectifier,
)
from brickyard.bricks.initialization import Constant, Uniform
from brickyard.bricks.normalization import (
    BatchNormalization,
    SpatialBatchNormalization,
)
from brickyard.graph.batch_normalization import batch_normalization
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def test_the_usual_checks():
    check_brick(
        lambda: SpatialBatchNormalization((2, 3, 3), scale_init=Uniform(1, 1), seed=1),
        {"input_": rng.normal(size=(4, 2, 3, 3))},
        parameters={
            "/spatialbatchnormalization.scale": (2, 1, 1),
            "/spatialbatchnormalization.shift": (2, 1, 1),
        },
    )


@pytest.mark.parametrize("input_dim", [(2, 3, 5), (5, 3, 2, 3), (1, 11)])
def test_statistics_are_those_of_a_channel(input_dim):
    brick = SpatialBatchNormalization(input_dim)
    brick.initialize()
    batch = rng.normal(2, 3, size=(7, *input_dim)).astype("float32")
    x = pt.tensor("x", dtype="float32", shape=(None,) * batch.ndim)
    inference = brick.apply(x)
    with batch_normalization(brick):
        training = brick.apply(x)
    values = evaluate([inference, training], {x: batch})
    np.testing.assert_array_equal(values[0], batch)
    axes = (0, *range(2, batch.ndim))
    np.testing.assert_allclose(values[1].mean(axes), 0, atol=1e-5)
    np.testing.assert_allclose(values[1].std(axes), 1, rtol=1e-4)


def test_in_a_convolutional_sequence():
    normalized = [
        Convolutional((3, 3), 4),
        BatchNormalization(broadcastable=(False, True, True)),
        Rectifier(),
        AveragePooling((2, 2)),
        BatchNormalization(broadcastable=(False, False, False)),
        MaxPooling((2, 2), step=(1, 1)),
        SpatialBatchNormalization(),
    ]
    plain = [
        Convolutional((3, 3), 4),
        Rectifier(),
        AveragePooling((2, 2)),
        MaxPooling((2, 2), step=(1, 1)),
    ]
    sequences = [
        ConvolutionalSequence(
            layers,
            num_channels=2,
            image_size=(10, 8),
            weights_init=Constant(1),
            biases_init=Constant(2),
        )
        for layers in (normalized, plain)
    ]
    for sequence in sequences:
        sequence.initialize()
    assert sequences[0].get_dim("output") == sequences[1].get_dim("output") == (4, 3, 2)
    assert normalized[4].population_stdev.type.shape == (4, 4, 3)
    assert normalized[6].population_stdev.type.shape == (4, 1, 1)
    images = rng.normal(size=(2, 2, 10, 8)).astype("float32")
    x = pt.tensor4("x")
    ours, plain_ones = (sequence.apply(x) for sequence in sequences)
    values = evaluate([ours, plain_ones], {x: images})
    np.testing.assert_array_equal(*values)
    normalized[4].population_stdev.set_value(np.full((4, 4, 3), 3.0))
    np.testing.assert_allclose(evaluate(ours, {x: images}), values[1] / 3, rtol=1e-5)


def test_images_of_unknown_size():
    brick = SpatialBatchNormalization((3, None, None))
    brick.initialize()
    assert brick.broadcastable == (False, True, True)
    assert brick.apply(pt.tensor4("x")).type.ndim == 4


@pytest.mark.parametrize("input_dim", [3, (5,)])
def test_features_are_refused(input_dim):
    brick = SpatialBatchNormalization(input_dim)
    with pytest.raises(
        ValueError, match=r"needs images of shape .*BatchNormalization f"
    ):
        brick.allocate()


def test_other_axes_are_refused():
    with pytest.raises(
        ValueError, match=r"use BatchNormalization\(..., broadcastable="
    ):
        SpatialBatchNormalization((3, 4, 4), broadcastable=(True, False, False))

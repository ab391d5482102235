from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import Linear, Sequence, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.normalization import BatchNormalization, BatchNormalizedMLP
from brickyard.graph import ComputationGraph
from brickyard.graph.batch_normalization import (
    apply_batch_normalization,
    get_batch_normalization_updates,
)
from brickyard.testing import check_brick


def test_the_usual_checks():
    name = "/batchnormalizedmlp"
    norm = f"{name}/batch_norm_activation_0/batchnormalization_0"
    check_brick(
        lambda: BatchNormalizedMLP(
            [Tanh()], [3, 2], weights_init=IsotropicGaussian(), seed=1
        ),
        {"input_": np.random.default_rng(0).normal(size=(4, 3))},
        parameters={
            f"{name}/linear_0.W": (3, 2),
            f"{norm}.scale": (2,),
            f"{norm}.shift": (2,),
        },
    )


def test_activations_become_sequences():
    tanh = Tanh()
    mlp = BatchNormalizedMLP([tanh, Tanh().apply, None], [5, 7, 9, 2])
    for activation in mlp.activations:
        assert isinstance(activation, Sequence)
        assert isinstance(activation.children[0], BatchNormalization)
    assert mlp.activations[0].children[1] is tanh
    assert len(mlp.activations[2].children) == 1
    mlp.allocate()
    assert [brick.input_dim for brick in mlp.normalizations] == [7, 9, 2]
    assert not any(linear.use_bias for linear in mlp.linear_transformations)


def test_it_has_statistics_to_update():
    mlp = BatchNormalizedMLP([Tanh(), Tanh()], [5, 7, 9])
    graph = apply_batch_normalization(ComputationGraph(mlp.apply(pt.matrix("x"))))
    assert len(get_batch_normalization_updates(graph)) == 4


def test_options_are_handed_on():
    mlp = BatchNormalizedMLP(
        [Tanh(), Tanh()],
        [5, 7, 9],
        Linear(),
        conserve_memory=False,
        mean_only=True,
        learn_scale=False,
        learn_shift=False,
        use_bias=True,
        biases_init=Constant(0),
    )
    assert not mlp.conserve_memory
    mlp.conserve_memory = True
    assert all(brick.conserve_memory for brick in mlp.normalizations)
    assert all(brick.mean_only for brick in mlp.normalizations)
    mlp.allocate()
    assert all(linear.use_bias for linear in mlp.linear_transformations)
    assert not any(len(brick.parameters) for brick in mlp.normalizations)


def test_one_activation_is_not_a_list():
    with pytest.raises(TypeError, match="must be a list of bricks, got <Tanh /tanh>"):
        BatchNormalizedMLP(Tanh(), [3, 2])

import copy

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    MLP,
    Activation,
    Brick,
    Initializable,
    Linear,
    Random,
    Tanh,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian


def test_configuration_is_pushed_all_the_way_down():
    inner = MLP([Tanh()], [2, 2], name="inner")
    outer = Initializable(
        weights_init=Constant(1), biases_init=Constant(2), use_bias=False
    )
    outer.children.append(inner)
    outer.allocate()
    outer.push_initialization_config()
    linear = inner.children[0]
    assert linear.use_bias is False
    assert linear.weights_init is outer.weights_init
    assert linear.biases_init is outer.biases_init


def test_what_the_parent_was_not_given_is_not_pushed():
    linear = Linear(2, 2, weights_init=Constant(1), use_bias=False)
    Initializable(children=[linear]).initialize()
    assert linear.use_bias is False
    np.testing.assert_array_equal(linear.W.get_value(), np.ones((2, 2)))


def test_bias_is_used_unless_someone_says_no():
    assert Initializable().use_bias is True
    assert Initializable(use_bias=False).use_bias is False


def test_missing_initializers_are_all_named():
    mlp = MLP([Tanh(), Tanh()], [3, 4, 2])
    mlp.children[0].weights_init = Constant(0)
    with pytest.raises(
        ValueError,
        match=r"cannot initialize /mlp: biases_init of /mlp/linear_0; weights_init, "
        r"biases_init of /mlp/linear_1 is missing",
    ):
        mlp.initialize()


def test_wrong_kinds_of_configuration():
    with pytest.raises(TypeError, match=r"/linear: weights_init must be an.*0.1"):
        Linear(2, 2, weights_init=0.1)
    linear = Linear(2, 2)
    with pytest.raises(TypeError, match=r"biases_init must be .*got <class"):
        linear.biases_init = Constant
    with pytest.raises(TypeError, match=r"use_bias must be True or False, got 1"):
        linear.use_bias = 1
    with pytest.raises(TypeError, match=r"/linear: a seed must be an integer"):
        linear.seed = "one"


def test_b_of_a_brick_without_bias():
    linear = Linear(2, 2, use_bias=False)
    linear.allocate()
    assert len(linear.parameters) == 1
    with pytest.raises(AttributeError, match="/linear has no b"):
        _ = linear.b


def test_seed_comes_from_the_nearest_owner():
    leaf = Linear(2, 2)
    middle = Brick("middle", [leaf])
    root = Initializable(seed=9, name="root", children=[middle])
    assert leaf.seed == 9
    leaf.seed = 4
    assert leaf.seed == 4
    assert root.seed == 9
    assert Linear().seed == 1


def test_random_bricks_draw_their_own_numbers():
    def draw(brick):
        return evaluate(brick.graph_rng.normal(size=(3,)))

    root = Random(graph_seed=3, name="root")
    root.children = [Random(name="a"), Random(name="b")]
    first, second = map(draw, root.children)
    assert not np.array_equal(first, second)
    assert root.children[0].graph_seed == 3
    again = Random(graph_seed=3, name="root", children=[Random(name="a")])
    np.testing.assert_array_equal(first, draw(again.children[0]))
    twin = copy.deepcopy(root.children[1])
    twin.name = "twin"
    assert not np.array_equal(second, draw(twin))
    with pytest.raises(ValueError, match="at least 0, got -3"):
        Random(graph_seed=-3)


def test_initialization_is_a_function_of_seed_and_configuration():
    mlp = MLP([None], [3, 2], weights_init=IsotropicGaussian(), biases_init=Constant(0))
    mlp.initialize()
    before = mlp.children[0].W.get_value()
    mlp.initialize()
    np.testing.assert_array_equal(mlp.children[0].W.get_value(), before)


def test_an_activation_without_apply_says_so():
    class Forgotten(Activation):
        pass

    with pytest.raises(NotImplementedError, match=r"Forgotten\.apply is abstract"):
        Forgotten().apply(pt.vector("x"))

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.permutation import FixedPermutation
from brickyard.testing import check_brick

ORDER = np.random.default_rng(1).permutation(200)


@pytest.mark.parametrize("dot", [True, False])
@pytest.mark.parametrize("shape", [(200,), (3, 200), (2, 3, 200)])
def test_features_are_permuted(dot, shape):
    x = pt.tensor("x", dtype="float64", shape=(None,) * len(shape))
    values = np.random.default_rng(2).normal(size=shape)
    result = evaluate(FixedPermutation(ORDER, dot=dot).apply(x), {x: values})
    np.testing.assert_array_equal(result, values[..., ORDER])


@pytest.mark.parametrize("dot", [True, False])
def test_gradient_is_permuted_back(dot):
    x = pt.dmatrix("x")
    weights = np.random.default_rng(3).normal(size=(2, 200))
    cost = (FixedPermutation(ORDER, dot=dot).apply(x) * weights).sum()
    gradient = evaluate(pt.grad(cost, x), {x: np.zeros((2, 200))})
    np.testing.assert_array_equal(gradient, weights[:, np.argsort(ORDER)])


def test_dimensions():
    brick = FixedPermutation([1, 0, 2])
    assert brick.input_dim == brick.output_dim == brick.get_dim("input_") == 3
    assert brick.get_dim("output") == 3
    with pytest.raises(ValueError, match="does not know the dimension of 'state'"):
        brick.get_dim("state")


@pytest.mark.parametrize("name", ["input_dim", "output_dim"])
def test_dimensions_follow_the_order(name):
    brick = FixedPermutation([1, 0, 2])
    setattr(brick, name, 3)
    with pytest.raises(ValueError, match="permutes 3 features, cannot have 4"):
        setattr(brick, name, 4)


def test_order_is_a_permutation():
    with pytest.raises(
        ValueError, match=r"^/shuffle: order needs each of the integers"
    ):
        FixedPermutation([1, 1], name="shuffle")


def test_dot_is_a_bool():
    with pytest.raises(TypeError, match=r"^/fixedpermutation: dot must be True or"):
        FixedPermutation([0], dot=1)


@pytest.mark.parametrize("x", [pt.matrix("x", shape=(None, 4)), pt.scalar("x")])
def test_width_must_fit(x):
    with pytest.raises(ValueError, match="permutes 3 features, got an input of shape"):
        FixedPermutation([1, 0, 2]).apply(x)


@pytest.mark.parametrize("dot", [True, False])
def test_what_every_brick_must_do(dot):
    x = np.random.default_rng(4).normal(size=(3, 5))
    check_brick(lambda: FixedPermutation([3, 1, 4, 0, 2], dot=dot), {"input_": x})

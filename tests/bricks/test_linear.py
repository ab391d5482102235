import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Linear
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.graph import (
    AUXILIARY,
    BIAS,
    WEIGHT,
    ComputationGraph,
    VariableFilter,
)
from brickyard.testing import check_brick

VALUES = np.random.default_rng(1).normal(size=(4, 3))


def make_linear(**kwargs):
    init = IsotropicGaussian()
    return Linear(3, 2, weights_init=init, biases_init=init, seed=1, **kwargs)


def test_checks():
    shapes = {"/linear.W": (3, 2), "/linear.b": (2,)}
    check_brick(make_linear, {"input_": VALUES}, parameters=shapes)


def test_checks_on_numba():
    check_brick(make_linear, {"input_": VALUES}, backend="numba", check_gradients=False)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
def test_values(shape, use_bias):
    linear = make_linear(use_bias=use_bias)
    linear.initialize()
    x = pt.tensor("x", dtype="float32", shape=(None,) * len(shape))
    values = np.random.default_rng(2).normal(size=shape).astype("float32")
    expected = values @ linear.W.get_value()
    if use_bias:
        expected = expected + linear.b.get_value()
    np.testing.assert_allclose(
        evaluate(linear.apply(x), {x: values}), expected, rtol=1e-5, atol=1e-6
    )


def test_integer_images_are_converted():
    linear = make_linear()
    linear.initialize()
    x = pt.matrix("x", dtype="uint8")
    output = linear.apply(x)
    assert output.dtype == "float32"
    np.testing.assert_allclose(
        evaluate(output, {x: np.uint8([[1, 0, 255]])}),
        np.float32([[1, 0, 255]]) @ linear.W.get_value() + linear.b.get_value(),
        rtol=1e-5,
    )


def test_roles_and_norms():
    linear = make_linear()
    linear.initialize()
    variables = ComputationGraph(linear.apply(pt.matrix("x"))).variables
    assert VariableFilter(roles=[WEIGHT])(variables) == [linear.W]
    assert VariableFilter(roles=[BIAS])(variables) == [linear.b]
    norms = VariableFilter(roles=[AUXILIARY], bricks=[linear])(variables)
    assert sorted(v.name for v in norms) == ["W_norm", "b_norm"]
    (norm,) = VariableFilter(name="W_norm")(variables)
    np.testing.assert_allclose(
        evaluate(norm), np.linalg.norm(linear.W.get_value()), rtol=1e-6
    )


def test_dimensions():
    linear = make_linear()
    assert linear.get_dims(["input_", "output"]) == [3, 2]
    with pytest.raises(ValueError, match="does not know the dimension of 'inputs'"):
        linear.get_dim("inputs")


def test_bad_input():
    linear = make_linear(name="first")
    with pytest.raises(
        ValueError, match=r"/first needs .* 3 features .*, got 4: float"
    ):
        linear.apply(pt.matrix("x", shape=(None, 4)))
    with pytest.raises(
        TypeError, match=r"/first works on float32, got float64 \(\?, \?"
    ):
        linear.apply(pt.dmatrix("x"))
    with pytest.raises(TypeError, match=r"integers of this size are usually indices"):
        linear.apply(pt.lmatrix("x"))
    with pytest.raises(ValueError, match=r"the scalar"):
        linear.apply(pt.scalar("x"))

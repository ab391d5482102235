import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Bias
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

VALUES = np.random.default_rng(1).normal(size=(4, 3))


def make_bias():
    return Bias(3, biases_init=IsotropicGaussian(), seed=1)


def test_checks():
    check_brick(make_bias, {"input_": VALUES}, parameters={"/bias.b": (3,)})


def test_values():
    bias = make_bias()
    bias.initialize()
    x = pt.matrix("x")
    np.testing.assert_allclose(
        evaluate(bias.apply(x), {x: VALUES}),
        VALUES + bias.parameters["b"].get_value(),
        rtol=1e-5,
    )


def test_dimensions_are_one():
    bias = Bias()
    bias.input_dim = 4
    assert (bias.dim, bias.output_dim) == (4, 4)
    bias.output_dim = 5
    assert bias.get_dims(["input_", "output"]) == [5, 5]
    with pytest.raises(
        ValueError, match=r"/bias .* does not know the dimension of 'x'"
    ):
        bias.get_dim("x")


def test_no_broadcasting_of_the_input():
    with pytest.raises(ValueError, match=r"/bias needs .* 3 features .*, got 1"):
        Bias(3).apply(pt.matrix("x", shape=(None, 1)))


def test_missing_initializer():
    with pytest.raises(ValueError, match=r"biases_init of /bias is missing"):
        Bias(3).initialize()

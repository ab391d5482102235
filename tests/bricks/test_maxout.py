import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import LinearMaxout, Maxout
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

VALUES = np.random.default_rng(1).normal(size=(4, 6))


def make_layer():
    init = IsotropicGaussian()
    return LinearMaxout(6, 2, 3, weights_init=init, biases_init=init, seed=1)


def test_checks():
    check_brick(lambda: Maxout(3), {"input_": VALUES}, parameters={})
    shapes = {"/linearmaxout/linear.W": (6, 6), "/linearmaxout/linear.b": (6,)}
    check_brick(make_layer, {"input_": VALUES}, parameters=shapes)


@pytest.mark.parametrize("static", [True, False])
def test_values(static):
    x = pt.tensor3("x", shape=(None, 4, 6 if static else None))
    values = np.random.default_rng(1).normal(size=(2, 4, 6)).astype("float32")
    output = Maxout(2).apply(x)
    assert output.type.shape == (None, 4, 3 if static else None)
    np.testing.assert_array_equal(
        evaluate(output, {x: values}), values.reshape(2, 4, 3, 2).max(axis=3)
    )


def test_values_of_the_layer():
    layer = make_layer()
    layer.initialize()
    W, b = layer.linear.W.get_value(), layer.linear.b.get_value()
    x = pt.matrix("x")
    np.testing.assert_allclose(
        evaluate(layer.apply(x), {x: VALUES}),
        (VALUES @ W + b).reshape(4, 2, 3).max(axis=2),
        rtol=1e-4,
        atol=1e-5,
    )
    assert layer.get_dims(["input_", "output"]) == [6, 2]
    with pytest.raises(ValueError, match="does not know the dimension of 'x'"):
        layer.get_dim("x")


def test_late_arguments():
    layer = LinearMaxout()
    with pytest.raises(
        ValueError, match=r"input_dim, output_dim, num_pieces of /linearm"
    ):
        layer.allocate()
    layer.input_dim, layer.output_dim, layer.num_pieces = 2, 3, 4
    layer.allocate()
    assert layer.linear.W.type.shape == (2, 12)


def test_bad_input():
    with pytest.raises(
        TypeError, match=r"/maxout: num_pieces must be an integer, got 2.5"
    ):
        Maxout(2.5)
    with pytest.raises(ValueError, match=r"num_pieces must be at least 1, got 0"):
        Maxout(0)
    with pytest.raises(
        ValueError, match=r"a multiple of num_pieces=4 features.*\(\?, 6"
    ):
        Maxout(4).apply(pt.matrix("x", shape=(None, 6)))
    with pytest.raises(ValueError, match=r"a multiple of num_pieces=4"):
        Maxout(4).apply(pt.scalar("x"))

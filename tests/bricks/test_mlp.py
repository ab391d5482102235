import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import MLP, LinearMaxout, Rectifier, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import ComputationGraph
from brickyard.testing import check_brick

VALUES = np.random.default_rng(1).normal(size=(5, 3))


def make_mlp(**kwargs):
    init = IsotropicGaussian()
    kwargs = {"weights_init": init, "biases_init": init, "seed": 1} | kwargs
    return MLP([Tanh(), None], [3, 4, 2], **kwargs)


def test_checks():
    shapes = {
        "/mlp/linear_0.W": (3, 4),
        "/mlp/linear_0.b": (4,),
        "/mlp/linear_1.W": (4, 2),
        "/mlp/linear_1.b": (2,),
    }
    check_brick(make_mlp, {"input_": VALUES}, parameters=shapes)


def test_values(backend):
    mlp = make_mlp()
    mlp.initialize()
    first, second = mlp.linear_transformations
    x = pt.matrix("x")
    hidden = np.tanh(VALUES @ first.W.get_value() + first.b.get_value())
    np.testing.assert_allclose(
        evaluate(mlp.apply(x), {x: VALUES.astype("float32")}, backend=backend),
        hidden @ second.W.get_value() + second.b.get_value(),
        rtol=1e-4,
        atol=1e-5,
    )


def test_parameters_in_the_order_of_the_layers():
    mlp = make_mlp()
    parameters = ComputationGraph(mlp.apply(pt.matrix("x"))).parameters
    first, second = mlp.linear_transformations
    assert set(parameters) == {first.W, first.b, second.W, second.b}


def test_children_differ_from_the_first_value_on():
    mlp = MLP([None, None], [3, 3, 3], weights_init=IsotropicGaussian(), use_bias=False)
    mlp.initialize()
    first, second = (child.W.get_value() for child in mlp.children)
    assert not np.allclose(first, second)


def test_prototype():
    prototype = LinearMaxout(num_pieces=2)
    mlp = MLP([Rectifier(), Rectifier()], [3, 4, 2], prototype)
    assert [type(child).__name__ for child in mlp.linear_transformations] == [
        "LinearMaxout"
    ] * 2
    assert mlp.apply(pt.matrix("x")).type.shape == (None, 2)
    assert mlp.children[0].linear.W.type.shape == (3, 8)
    assert not prototype.allocated
    with pytest.raises(TypeError, match=r"prototype of an MLP must be .*<Tanh /tanh>"):
        MLP([None], [3, 2], Tanh())


def test_late_dimensions():
    mlp = MLP([Tanh()], weights_init=Constant(0), biases_init=Constant(0))
    with pytest.raises(ValueError, match=r"dims\[0\], dims\[1\] of /mlp is missing"):
        mlp.initialize()
    mlp.input_dim, mlp.output_dim = 3, 2
    assert mlp.dims == [3, 2]
    mlp.initialize()
    assert mlp.children[0].W.type.shape == (3, 2)


def test_counts_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"/net with 2 activations needs 3 dims, .*got 2: \[3, 2\]"
    ):
        MLP([Tanh(), Tanh()], [3, 2], name="net")
    mlp = make_mlp()
    with pytest.raises(ValueError, match=r"/mlp with 2 activations needs 3 dims"):
        mlp.dims = [3]
    with pytest.raises(ValueError, match=r"at least one application"):
        MLP([], [3])


def test_lists_are_lists():
    with pytest.raises(
        TypeError, match=r"/mlp: dims must be a list of integers, got 3"
    ):
        MLP([Tanh()], 3)
    with pytest.raises(TypeError, match=r"activations of an MLP must be a list .*Tanh"):
        MLP(Tanh(), [3, 2])


def test_a_width_that_does_not_fit_names_the_first_layer():
    with pytest.raises(ValueError, match=r"/mlp/linear_0 needs .* 3 features .* got 4"):
        make_mlp().apply(pt.matrix("x", shape=(None, 4)))

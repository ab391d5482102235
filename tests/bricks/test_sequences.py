import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    Brick,
    FeedforwardSequence,
    Fork,
    Linear,
    Merge,
    Sequence,
    Tanh,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

VALUES = np.random.default_rng(1).normal(size=(4, 3))
INITS = {"weights_init": IsotropicGaussian(), "biases_init": Constant(0)}


def make_sequence():
    layers = [Linear(3, 2, **INITS), Tanh(), Linear(2, 2, **INITS, seed=1)]
    return FeedforwardSequence(layers, name="net")


def test_checks():
    def make():
        sequence = make_sequence()
        sequence.children[0].seed = 3
        return sequence

    shapes = {
        "/net/linear_0.W": (3, 2),
        "/net/linear_0.b": (2,),
        "/net/linear_1.W": (2, 2),
        "/net/linear_1.b": (2,),
    }
    check_brick(make, {"input_": VALUES}, parameters=shapes)


def test_values():
    sequence = make_sequence()
    sequence.initialize()
    W, V = sequence.children[0].W.get_value(), sequence.children[2].W.get_value()
    x = pt.matrix("x")
    np.testing.assert_allclose(
        evaluate(sequence.apply(x), {x: VALUES}),
        np.tanh(VALUES @ W) @ V,
        rtol=1e-4,
        atol=1e-5,
    )


def test_several_outputs_become_several_inputs():
    fork, merge = Fork(["a", "b"], 3, [2, 4]), Merge(["a", "b"], [2, 4], 5)
    sequence = Sequence([fork, merge])
    assert sequence.apply.inputs == ["input_"]
    assert sequence.apply.outputs == ["output"]
    assert sequence.apply(pt.matrix("x")).type.shape == (None, 5)
    assert Sequence([fork.apply], name="start").apply.outputs == ["a", "b"]


def test_a_brick_may_occur_twice():
    linear = Linear(3, 3, **INITS)
    sequence = Sequence([linear, Tanh(), linear])
    assert [child.name for child in sequence.children] == ["linear_0", "tanh_0"]


def test_a_shared_brick_keeps_its_name_and_owner():
    linear = Linear(3, 3, **INITS)
    first = Sequence([linear], name="first")
    second = Sequence([linear], name="second")
    assert linear.path == "/first/linear_0"
    assert second.children[0] is linear
    first.initialize()
    W = linear.W
    second.initialize()
    assert linear.W is W


def test_names_that_clash():
    with pytest.raises(
        ValueError, match=r"/sequence cannot adopt a second child named 't"
    ):
        Sequence([Tanh(name="t"), Tanh(name="t")])
    with pytest.raises(ValueError, match=r"a second child named 'tanh_0'"):
        Sequence([Tanh(name="tanh_0"), Tanh()])


def test_what_is_no_application():
    with pytest.raises(
        TypeError, match=r"/sequence is made of bound .*got 3 of type int"
    ):
        Sequence([3])
    with pytest.raises(TypeError, match=r"got <Brick /plain>"):
        Sequence([Brick("plain")])
    with pytest.raises(ValueError, match=r"/sequence needs at least one application"):
        Sequence([])


def test_dimensions():
    sequence = make_sequence()
    sequence.input_dim, sequence.output_dim = 5, 7
    assert (sequence.input_dim, sequence.output_dim) == (5, 7)
    assert sequence.children[0].input_dim == 5
    with pytest.raises(ValueError, match=r"none of its bricks is Feedforward"):
        _ = FeedforwardSequence([Tanh()]).input_dim

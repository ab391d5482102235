import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Tanh
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import SimpleRecurrent
from brickyard.bricks.sequence_generators import FakeAttentionRecurrent
from brickyard.testing import check_brick

X = np.random.default_rng(1).normal(size=(4, 3, 2))


def make_brick():
    transition = SimpleRecurrent(2, Tanh())
    return FakeAttentionRecurrent(transition, weights_init=IsotropicGaussian(), seed=1)


def test_checks():
    check_brick(
        make_brick,
        {"inputs": X},
        parameters={
            "/fakeattentionrecurrent/simplerecurrent.W": (2, 2),
            "/fakeattentionrecurrent/simplerecurrent.initial_state": (2,),
        },
        rows_are_independent=False,
    )


def test_does_what_the_transition_does():
    brick = make_brick()
    brick.initialize()
    x, h = pt.tensor3("x"), pt.matrix("h")
    given = {x: X.astype("float32")}
    np.testing.assert_array_equal(
        evaluate(brick.apply(x), given), evaluate(brick.transition.apply(x), given)
    )
    given[h] = X[1].astype("float32")
    one = brick.compute_states(inputs=x[0], states=h, ignored=h)
    other = brick.transition.apply(x[0], h, iterate=False)
    np.testing.assert_array_equal(evaluate(one, given), evaluate(other, given))
    assert evaluate(brick.initial_states(3)).shape == (3, 2)
    assert brick.take_glimpses(states=h, as_list=True) == []


def test_names():
    brick = make_brick()
    assert brick.apply.sequences == ["inputs", "mask"]
    assert brick.apply.states == brick.initial_states.outputs == ["states"]
    assert brick.compute_states.outputs == ["states"]
    assert brick.take_glimpses.outputs == []
    assert brick.get_dims(["inputs", "states"]) == [2, 2]


def test_errors():
    with pytest.raises(TypeError, match="must be a brick derived from BaseRecurrent"):
        FakeAttentionRecurrent(Tanh())

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Linear, Tanh
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import (
    LSTM,
    BaseRecurrent,
    Bidirectional,
    SimpleRecurrent,
    recurrent,
)
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH, DIM = 5, 3, 2
INPUTS = RNG.normal(size=(TIME, BATCH, DIM)).astype("float32")
MASK = np.float32([[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 0, 0]])


def make_brick():
    prototype = SimpleRecurrent(DIM, Tanh())
    return Bidirectional(prototype, weights_init=IsotropicGaussian(), seed=1)


def run(W, inputs, mask):
    state, states = np.zeros((BATCH, DIM)), []
    for x, m in zip(inputs, mask, strict=True):
        state = np.where(m[:, None], np.tanh(x + state @ W), state)
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("mask", [None, MASK])
def test_values(mask):
    brick = make_brick()
    brick.initialize()
    x, m = pt.tensor3("x"), pt.matrix("m")
    values = {x: INPUTS} | ({} if mask is None else {m: mask})
    found = evaluate(brick.apply(x, mask=None if mask is None else m), values)
    whole = np.ones((TIME, BATCH)) if mask is None else mask
    forward, backward = (child.W.get_value() for child in brick.children)
    assert not np.allclose(forward, backward)
    np.testing.assert_allclose(
        found,
        np.concatenate(
            [
                run(forward, INPUTS, whole),
                run(backward, INPUTS[::-1], whole[::-1])[::-1],
            ],
            axis=2,
        ),
        atol=1e-5,
    )


def test_padding_changes_nothing():
    brick = make_brick()
    brick.initialize()
    x, m = pt.tensor3("x"), pt.matrix("m")
    states = brick.apply(x, mask=m)
    short = evaluate(states, {x: INPUTS, m: MASK})
    padding = np.full((4, BATCH, DIM), 1e6, "float32")
    mask = np.concatenate([MASK, np.zeros((4, BATCH), "float32")])
    long = evaluate(states, {x: np.concatenate([INPUTS, padding]), m: mask})
    np.testing.assert_array_equal(short, long[:TIME])


def test_checks():
    check_brick(
        make_brick,
        {"inputs": INPUTS},
        parameters={
            "/bidirectional/forward.W": (DIM, DIM),
            "/bidirectional/forward.initial_state": (DIM,),
            "/bidirectional/backward.W": (DIM, DIM),
            "/bidirectional/backward.initial_state": (DIM,),
        },
        rows_are_independent=False,
    )


def test_several_outputs_and_names():
    brick = Bidirectional(LSTM(3), weights_init=IsotropicGaussian())
    assert brick.apply.outputs == ["states", "cells"]
    assert brick.apply.sequences == ["inputs", "mask"]
    outputs = brick.apply(inputs=pt.tensor3("x"), as_dict=True)
    assert outputs["cells"].type.shape == (None, None, 6)
    assert brick.get_dims(["inputs", "states", "cells", "mask"]) == [12, 6, 6, 0]


def test_wrong_prototypes():
    with pytest.raises(TypeError, match=r"/bidirectional needs .*, got 'gru'"):
        Bidirectional("gru")
    with pytest.raises(TypeError, match=r"but /linear.apply has no states"):
        Bidirectional(Linear(2, 3))


def test_options_of_one_direction():
    brick, x = make_brick(), pt.tensor3("x")
    for option in ("iterate", "reverse", "return_initial_states"):
        with pytest.raises(TypeError, match=rf"/bidirectional.apply .* no {option};"):
            brick.apply(x, **{option: True})


def test_outputs_without_features():
    class Counting(BaseRecurrent):
        @recurrent(sequences=["inputs"], states=["n"], outputs=["n"], contexts=[])
        def apply(self, inputs, n):
            return n + 1

        def get_dim(self, name):
            return 0

    with pytest.raises(ValueError, match=r"but 'n' has the 2 axes \(time, batch\)"):
        Bidirectional(Counting()).apply(pt.tensor3("x"))

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Brick, Tanh, application
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import BaseRecurrent, SimpleRecurrent, recurrent


class Decay(BaseRecurrent):
    @recurrent(
        sequences=["inputs", "more"],
        states=["states"],
        outputs=["states"],
        contexts=["rate", "offset"],
    )
    def apply(self, states, inputs, rate, more=None, offset=None):
        changed = states * rate + inputs
        changed = changed if more is None else changed + more
        return changed if offset is None else changed + offset

    def get_dim(self, name):
        return {"inputs": 2, "states": 2}[name]

    @application
    def other_start(self, name, batch_size, **arguments):
        assert name == "states"
        return pt.full((batch_size, 2), arguments["rate"], dtype="float32")


X = np.ones((3, 4, 2), "float32")
HALF = pt.constant(np.float32(0.5))


def make_simple():
    return SimpleRecurrent(2, Tanh(), weights_init=IsotropicGaussian(), name="rnn")


@pytest.mark.parametrize(
    ("start", "first"),
    [
        (None, 0),
        (pt.constant(np.full((4, 2), 8, "float32")), 8),
        (np.full((4, 2), 8, "float32"), 8),
        (Constant(3), 3),
        ("application", 0.5),
    ],
)
def test_where_states_start(start, first):
    brick, x = Decay(), pt.tensor3("x")
    start = brick.other_start if isinstance(start, str) else start
    found = evaluate(brick.apply(inputs=x, rate=HALF, states=start), {x: X})
    assert found[:, 0, 0].tolist() == [
        first / 2 + 1,
        first / 4 + 1.5,
        first / 8 + 1.75,
    ]


def test_sequences_and_contexts_may_be_left_out():
    brick, x = Decay(), pt.tensor3("x")
    found = evaluate(brick.apply(inputs=x, rate=HALF, more=2 * x, offset=x[0]), {x: X})
    assert found[:, 0, 0].tolist() == [4, 6, 7]


def test_without_sequences():
    brick = make_simple()

    class Doubling(BaseRecurrent):
        @recurrent(sequences=[], states=["s"], outputs=["s"], contexts=[])
        def apply(self, s):
            return 2 * s

        def get_dim(self, name):
            return 1

    n = pt.lscalar("n")
    states = Doubling().apply(Constant(1), n_steps=5, batch_size=2)
    assert evaluate(states)[:, 1, 0].tolist() == [2, 4, 8, 16, 32]
    given = Doubling().apply(pt.ones((3, 1)), n_steps=2)
    assert evaluate(given).shape == (2, 3, 1)
    batch = Doubling().apply(
        Constant(1), n_steps=2, batch_size=pt.ones((3, n)).shape[0]
    )
    assert evaluate(batch, {n: 1}).shape == (2, 3, 1)
    with pytest.raises(TypeError, match=r"/doubling.apply: without sequences .* n_ste"):
        Doubling().apply()
    with pytest.raises(TypeError, match=r"/doubling.apply: the number of rows .* batc"):
        Doubling().apply(n_steps=3)
    with pytest.raises(TypeError, match=r"/doubling.apply: the number of rows"):
        Doubling().apply(Constant(1), n_steps=3)
    with pytest.raises(TypeError, match=r"/rnn.apply needs the sequences \['inputs'\]"):
        brick.apply(n_steps=3, batch_size=2)


def test_a_batch_size_where_sequences_do_not_tell():
    class Clocked(BaseRecurrent):
        @recurrent(sequences=["rate"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, rate, s):
            return s + rate

        def get_dim(self, name):
            return 3

    rate = pt.vector("rate")
    states = Clocked().apply(rate, batch_size=2)
    assert evaluate(states, {rate: [1, 2]})[:, 1, 2].tolist() == [1, 3]
    with pytest.raises(TypeError, match=r"/clocked.apply: the number of rows"):
        Clocked().apply(rate)


def test_lengths():
    brick = Decay()
    with pytest.raises(
        ValueError,
        match=r"/decay.apply: .* different lengths, \{'inputs': 3, 'more': 4\}",
    ):
        brick.apply(
            inputs=pt.tensor3("x", shape=(3, None, 2)),
            more=pt.tensor3("y", shape=(4, None, 2)),
            rate=HALF,
        )
    with pytest.raises(ValueError, match=r"different numbers of rows, \{'inputs': 3"):
        brick.apply(
            inputs=pt.tensor3("x", shape=(None, 3, 2)),
            more=pt.tensor3("y", shape=(None, 4, 2)),
            rate=HALF,
        )


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_lengths_that_only_the_data_knows(backend):
    brick = make_simple()
    brick.initialize()
    x, mask = pt.tensor3("x"), pt.matrix("mask")
    states = brick.apply(x, mask=mask)
    for time in (2, 4):
        with pytest.raises(ValueError, match=r"(?s)/rnn.apply.*different lengths"):
            evaluate(states, {x: X, mask: np.ones((time, 4))}, backend=backend)


def test_masks():
    brick = make_simple()
    for ndim in (1, 3):
        mask = pt.tensor("m", shape=(None,) * ndim)
        with pytest.raises(ValueError, match=r"/rnn.apply: .* 'mask' .* \(time, batch"):
            brick.apply(pt.tensor3("x"), mask=mask)


def test_names():
    x = pt.tensor3("x")

    class Any(BaseRecurrent):
        @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, **arguments):
            return arguments["s"] + arguments["inputs"]

        @recurrent(sequences=["inputs"], states=["t"], outputs=["s"], contexts=[])
        def wrong(self, inputs, t):
            return inputs

        @recurrent
        def undeclared(self, inputs):
            return inputs

        def get_dim(self, name):
            return 2

    with pytest.raises(TypeError, match=r"does not know 'input': .* mean 'inputs'\?"):
        Any().apply(input=x)
    with pytest.raises(TypeError, match=r"/any.wrong has the state 't', which must be"):
        Any().wrong(x)
    with pytest.raises(TypeError, match=r"/any.undeclared declares no outputs"):
        Any().undeclared(x)
    with pytest.raises(TypeError, match=r"/any.apply: n_steps is for calls without"):
        Any().apply(inputs=x, n_steps=3)
    with pytest.raises(ValueError, match=r"'inputs' must have the axes \(time, ...\)"):
        Any().apply(inputs=pt.scalar("x"))


def test_states_nobody_starts():
    class Headless(Brick):
        @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, inputs, s):
            return s + inputs

    x = pt.tensor3("x")
    with pytest.raises(ValueError, match=r"/headless.apply: nobody says .* 's' starts"):
        Headless().apply(x)
    assert evaluate(Headless().apply(x, x[0]), {x: X})[-1].max() == 4

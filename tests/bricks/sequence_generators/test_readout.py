import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import MLP, Linear, Merge, Tanh
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.sequence_generators import (
    LookupFeedback,
    Readout,
    SoftmaxEmitter,
    TrivialEmitter,
    TrivialFeedback,
)
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
STATES, GLIMPSES = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 2))
INPUTS = {"states": STATES, "glimpses": GLIMPSES}


def make_readout(readout_dim=5, **kwargs):
    readout = Readout(
        ["states", "glimpses"],
        readout_dim,
        weights_init=IsotropicGaussian(),
        biases_init=IsotropicGaussian(),
        seed=1,
        **kwargs,
    )
    readout.source_dims = [4, 2]
    return readout


def test_checks():
    check_brick(
        make_readout,
        INPUTS,
        application="readout",
        parameters={
            "/readout/merge/transform_states.W": (4, 5),
            "/readout/merge/transform_glimpses.W": (2, 5),
            "/readout/post_merge.b": (5,),
        },
    )


def test_values():
    readout = make_readout()
    readout.initialize()
    s, g = pt.matrix("s"), pt.matrix("g")
    found = evaluate(
        readout.readout(states=s, glimpses=g),
        {s: STATES.astype("float32"), g: GLIMPSES.astype("float32")},
    )
    first, second = (t.W.get_value() for t in readout.merge.children)
    expected = (
        STATES @ first
        + GLIMPSES @ second
        + readout.post_merge.parameters["b"].get_value()
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_default_parts_are_trivial():
    readout = make_readout()
    readout.allocate()
    assert isinstance(readout.emitter, TrivialEmitter)
    assert isinstance(readout.feedback_brick, TrivialFeedback)
    names = ["readouts", "outputs", "feedback"]
    assert readout.get_dims(names) == [5, 5, 5]
    x = pt.matrix("x")
    given = {x: np.ones((3, 5), "float32")}
    np.testing.assert_array_equal(evaluate(readout.emit(x), given), given[x])
    np.testing.assert_array_equal(evaluate(readout.feedback(x), given), given[x])
    assert evaluate(readout.initial_outputs(3)).shape == (3, 5)
    assert evaluate(readout.cost(x, x), given).tolist() == [0, 0, 0]


def test_parts_given():
    readout = make_readout(
        emitter=SoftmaxEmitter(initial_output=3),
        feedback_brick=LookupFeedback(5, 7),
        merge_prototype=Linear(use_bias=True),
        post_merge=MLP([Tanh(), None], [None, 6, None]),
        merged_dim=9,
    )
    readout.initialize()
    assert readout.get_dims(["readouts", "outputs", "feedback"]) == [5, 0, 7]
    assert readout.merge.children[0].b.get_value().shape == (9,)
    assert readout.post_merge.dims == [9, 6, 5]
    assert evaluate(readout.initial_outputs(2)).tolist() == [3, 3]
    x = pt.matrix("x")
    log_probabilities = evaluate(
        readout.log_probabilities(x), {x: np.zeros((2, 5), "float32")}
    )
    np.testing.assert_allclose(log_probabilities, -np.log(5) * np.ones((2, 5)))


def test_merge_given():
    merge = Merge(["states", "glimpses"], prototype=Linear(use_bias=True), name="mine")
    readout = make_readout(merge=merge)
    readout.initialize()
    assert readout.merge is merge
    assert merge.output_dim == 5


def test_errors():
    with pytest.raises(
        TypeError, match="emitter must be a brick derived from Abstract"
    ):
        make_readout(emitter=Tanh())
    with pytest.raises(TypeError, match="feedback_brick must be a brick derived from"):
        make_readout(feedback_brick=Tanh())
    with pytest.raises(ValueError, match="merged_dim is 4 and readout_dim 5; a post_m"):
        make_readout(merged_dim=4).allocate()
    with pytest.raises(ValueError, match="give either merge or merge_prototype"):
        make_readout(merge=Merge(["a"]), merge_prototype=Linear())
    with pytest.raises(TypeError, match=r"readout needs the inputs .*'glimpses'\]"):
        make_readout().readout(states=pt.matrix())
    with pytest.raises(ValueError, match="does not know the dimension of 'readout'"):
        make_readout().get_dim("readout")

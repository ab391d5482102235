import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.scan.op import Scan

from brickyard.backends import evaluate
from brickyard.bricks import Linear, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import (
    LSTM,
    BaseRecurrent,
    GatedRecurrent,
    RecurrentStack,
    SimpleRecurrent,
    recurrent,
)
from brickyard.graph.traversal import sorted_nodes
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH = 5, 3
INPUTS = RNG.normal(size=(TIME, BATCH, 4)).astype("float32")
GATES = RNG.normal(size=(TIME, BATCH, 4)).astype("float32")
UPPER = RNG.normal(size=(TIME, BATCH, 2)).astype("float32")
MASK = np.float32([[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 0, 0]])


def make_stack(**kwargs):
    return RecurrentStack(
        [SimpleRecurrent(4, Tanh()), GatedRecurrent(2)],
        weights_init=IsotropicGaussian(0.5),
        biases_init=Constant(0.3),
        seed=1,
        **kwargs,
    )


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference(stack, inputs, mask, upper=(0, 0)):
    """Both levels, moment by moment."""
    below, above = stack.transitions
    forks = [
        (fork.W.get_value(), fork.b.get_value() if fork.use_bias else 0)
        for fork in stack.forks[0].transforms
    ]
    names = stack.forks[0].output_names
    forks = dict(zip(names, forks, strict=True))
    s, t = np.zeros((BATCH, 4)), np.zeros((BATCH, 2))
    states = []
    for time, (x, m) in enumerate(zip(inputs, mask, strict=True)):
        s = np.where(m[:, None], np.tanh(x + s @ below.W.get_value()), s)
        new, gates = (
            s @ forks[name][0] + forks[name][1] + (0 if np.isscalar(own) else own[time])
            for name, own in zip(("inputs", "gate_inputs"), upper, strict=True)
        )
        update, reset = np.split(
            sigmoid(gates + t @ above.state_to_gates.get_value()), 2, axis=1
        )
        new = np.tanh(new + (reset * t) @ above.state_to_state.get_value())
        t = np.where(m[:, None], update * new + (1 - update) * t, t)
        states.append((s, t))
    return [np.array(each) for each in zip(*states, strict=True)]


@pytest.mark.parametrize("low_memory", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_values(low_memory, reverse):
    stack = make_stack()
    stack.initialize()
    x, m = pt.tensor3("x"), pt.matrix("m")
    outputs = stack.apply(x, mask=m, low_memory=low_memory, reverse=reverse)
    loops = [n for n in sorted_nodes(outputs) if isinstance(n.op, Scan)]
    assert len(loops) == (1 if low_memory else 2)
    order = slice(None, None, -1 if reverse else 1)
    for found, expected in zip(
        evaluate(outputs, {x: INPUTS, m: MASK}),
        reference(stack, INPUTS[order], MASK[order]),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("low_memory", [False, True])
def test_skip_connections(low_memory):
    stack = make_stack(skip_connections=True)
    stack.initialize()
    names = ["inputs", "inputs#1", "gate_inputs#1", "mask"]
    assert sorted(stack.apply.sequences) == sorted(names)
    assert not stack.forks[0].transforms[0].use_bias
    variables = dict(
        zip(names, [*pt.tensor3s("a", "b", "c"), pt.matrix("m")], strict=True)
    )
    outputs = stack.apply(**variables, low_memory=low_memory)
    values = dict(zip(variables.values(), [INPUTS, UPPER, GATES, MASK], strict=True))
    for found, expected in zip(
        evaluate(outputs, values),
        reference(stack, INPUTS, MASK, (UPPER, GATES)),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_gradients_are_those_of_one_loop():
    stack = make_stack()
    stack.initialize()
    x = pt.tensor3("x")
    gradients = [
        pytensor.grad((stack.apply(x, low_memory=low)[1] ** 2).sum(), x)
        for low in (False, True)
    ]
    apart, together = evaluate(gradients, {x: INPUTS})
    np.testing.assert_allclose(apart, together, atol=1e-5)


def test_checks():
    check_brick(
        make_stack,
        {"inputs": INPUTS[:3]},
        parameters={
            "/recurrentstack/simplerecurrent#0.W": (4, 4),
            "/recurrentstack/simplerecurrent#0.initial_state": (4,),
            "/recurrentstack/gatedrecurrent#1.state_to_state": (2, 2),
            "/recurrentstack/gatedrecurrent#1.state_to_gates": (2, 4),
            "/recurrentstack/gatedrecurrent#1.initial_state": (2,),
            "/recurrentstack/fork_1/fork_inputs.W": (4, 2),
            "/recurrentstack/fork_1/fork_inputs.b": (2,),
            "/recurrentstack/fork_1/fork_gate_inputs.W": (4, 4),
            "/recurrentstack/fork_1/fork_gate_inputs.b": (4,),
        },
        rows_are_independent=False,
    )


@pytest.mark.parametrize("low_memory", [False, True])
def test_initial_states(low_memory):
    stack = make_stack()
    stack.initialize()
    x = pt.tensor3("x")
    start = pt.constant(np.full((BATCH, 2), 0.5, "float32"))
    states, upper = stack.apply(
        x,
        low_memory=low_memory,
        return_initial_states=True,
        **{"states#1": start},
    )
    found = evaluate([states, upper], {x: INPUTS})
    assert [each.shape[0] for each in found] == [TIME + 1, TIME + 1]
    assert (found[1][0] == 0.5).all()
    assert (found[0][0] == 0).all()
    names = list(stack.initial_states(2, as_dict=True))
    assert names == ["states", "states#1"]


def test_one_step():
    stack = make_stack()
    stack.initialize()
    x, s, t = pt.matrices("x", "s", "t")
    outputs = stack.apply(x, states=s, **{"states#1": t}, iterate=False)
    zeros = {s: np.zeros((BATCH, 4)), t: np.zeros((BATCH, 2))}
    for found, expected in zip(
        evaluate(outputs, {x: INPUTS[0], **zeros}),
        reference(stack, INPUTS[:1], np.ones((1, BATCH))),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected[0], atol=1e-5)


def test_names_and_dimensions():
    stack = RecurrentStack([LSTM(3), LSTM(2, name="top")], skip_connections=True)
    assert stack.apply.sequences == ["inputs", "inputs#1", "mask"]
    assert stack.apply.states == ["states", "cells", "states#1", "cells#1"]
    assert stack.apply.outputs == stack.low_memory_apply.outputs == stack.apply.states
    assert stack.apply.contexts == []
    assert [child.name for child in stack.children] == ["lstm#0", "top#1", "fork_1"]
    names = ["inputs", "inputs#1", "cells", "cells#1", "mask"]
    assert stack.get_dims(names) == [12, 8, 3, 2, 0]
    assert stack.suffix("mask", 2) == "mask"
    assert stack.suffixes(["states", "mask"], 2) == ["states#2"]
    assert stack.split_suffix("a#b") == ("a#b", 0)
    with pytest.raises(ValueError, match=r"the dimension of 'inputs#7'"):
        stack.get_dim("inputs#7")


class Shifted(BaseRecurrent):
    @recurrent(sequences=["inputs"], states=["h"], outputs=["h"], contexts=["shift"])
    def apply(self, inputs, h, shift):
        return inputs + h + shift

    def get_dim(self, name):
        return 4


@pytest.mark.parametrize("low_memory", [False, True])
def test_contexts_go_to_all_levels(low_memory):
    init = Constant(0)
    stack = RecurrentStack(
        [Shifted(), Shifted()], states_name="h", weights_init=init, biases_init=init
    )
    stack.initialize()
    assert stack.apply.contexts == ["shift"]
    assert stack.get_dim("shift") == 4
    x, shift = pt.tensor3("x"), pt.matrix("shift")
    _, upper = stack.apply(x, shift=shift, low_memory=low_memory)
    found = evaluate(upper, {x: INPUTS, shift: np.ones((BATCH, 4))})
    assert found[:, 0, 0].tolist() == [1, 2, 3, 4, 5]


def test_without_sequences():
    class Clock(BaseRecurrent):
        @recurrent(sequences=[], states=["states"], outputs=["states"], contexts=[])
        def apply(self, states):
            return states + 1

        def get_dim(self, name):
            return 4

    stack = RecurrentStack(
        [Clock(), SimpleRecurrent(2, Tanh())],
        weights_init=IsotropicGaussian(),
        biases_init=Constant(0),
    )
    stack.initialize()
    clock, _ = evaluate(stack.apply(n_steps=3, batch_size=2))
    assert clock[:, 1, 0].tolist() == [1, 2, 3]


def test_wrong_levels():
    with pytest.raises(ValueError, match=r"/recurrentstack needs at least one"):
        RecurrentStack([])
    with pytest.raises(TypeError, match=r"is made of recurrent bricks .*, got 'lstm'"):
        RecurrentStack(["lstm"])
    with pytest.raises(ValueError, match=r"'states' to the next level, but /linear.ap"):
        RecurrentStack([Linear(2, 3)])


def test_missing_dimensions_are_those_of_the_levels():
    stack = RecurrentStack([LSTM(), LSTM(2)])
    with pytest.raises(ValueError, match=r"dim of /recurrentstack/lstm#0"):
        stack.allocate()


def test_unknown_names():
    stack, x = make_stack(), pt.tensor3("x")
    with pytest.raises(TypeError, match=r"did you mean 'inputs'"):
        stack.apply(input=x)
    with pytest.raises(TypeError, match=r"takes .*, not 'masks'; did you mean 'mask'"):
        stack.apply(x, masks=None)

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile as compile_graph
from brickyard.backends import evaluate
from brickyard.bricks import Selector, Tanh
from brickyard.bricks.attention import (
    AbstractAttentionRecurrent,
    AttentionRecurrent,
    SequenceContentAttention,
    SimpleSequenceAttention,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import LSTM, SimpleRecurrent
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, LENGTH, BATCH = 4, 5, 3
INPUTS = RNG.normal(size=(TIME, BATCH, 4))
ATTENDED = RNG.normal(size=(LENGTH, BATCH, 2))
ATTENDED_MASK = (np.arange(LENGTH)[:, None] < [5, 3, 1]).astype(float)
MASK = (np.arange(TIME)[:, None] < [4, 2, 3]).astype(float)
GIVEN = {
    "inputs": INPUTS,
    "mask": MASK,
    "attended": ATTENDED,
    "attended_mask": ATTENDED_MASK,
}
INITS = {
    "weights_init": IsotropicGaussian(0.5),
    "biases_init": Constant(0.25),
    "seed": 1,
}


def make_brick(**kwargs):
    attention = SequenceContentAttention(
        match_dim=6, state_names=["states"], attended_dim=2
    )
    transition = SimpleRecurrent(4, Tanh())
    return AttentionRecurrent(transition, attention, **INITS, **kwargs)


def value(brick, path):
    for name in path.split("/"):
        brick = next(child for child in brick.children if child.name == name)
    return {name: p.get_value() for name, p in brick.parameters.names().items()}


def expected_outputs(brick):
    """The whole loop in NumPy, row by row."""
    preprocess = value(brick, "sequencecontentattention/preprocess")
    U = value(brick, "sequencecontentattention/state_trans/transform_states")["W"]
    v = value(brick, "sequencecontentattention/energy_comp/linear_0")["W"]
    distribute = value(brick, "distribute/distribute_inputs")
    W = value(brick, "simplerecurrent")["W"]
    states = np.zeros((TIME, BATCH, 4))
    averages = np.zeros((TIME, BATCH, 2))
    weights = np.zeros((TIME, BATCH, LENGTH))
    for b in range(BATCH):
        h = np.zeros(4)
        length = int(ATTENDED_MASK[:, b].sum())
        A = ATTENDED[:length, b]
        for t in range(TIME):
            energies = np.tanh(A @ preprocess["W"] + preprocess["b"] + h @ U) @ v[:, 0]
            w = np.exp(energies) / np.exp(energies).sum()
            g = w @ A
            if MASK[t, b]:
                x = INPUTS[t, b] + g @ distribute["W"] + distribute["b"]
                h = np.tanh(x + h @ W)
            states[t, b], averages[t, b], weights[t, b, :length] = h, g, w
    return states, averages, weights


def variables():
    return {
        name: pt.tensor(name, dtype="float64", shape=(None,) * each.ndim)
        for name, each in GIVEN.items()
    }


def built():
    with pytensor.config.change_flags(floatX="float64"):
        brick = make_brick()
        brick.initialize()
        inputs = variables()
        return brick, inputs, brick.apply(**inputs, as_list=True)


def test_checks():
    check_brick(
        make_brick,
        {"inputs": INPUTS[:, :1], "attended": ATTENDED[:, :1]},
        rows_are_independent=False,
        check_gradients=False,  # test_gradients does it, with masks
    )


def test_values():
    brick, inputs, outputs = built()
    given = {inputs[name]: GIVEN[name] for name in inputs}
    for output, expected in zip(outputs, expected_outputs(brick), strict=True):
        np.testing.assert_allclose(evaluate(output, given), expected, atol=1e-10)


def test_gradients():
    brick, inputs, outputs = built()
    states, averages, _ = outputs
    total = (states * RNG.normal(size=(TIME, BATCH, 4))).sum() + averages.sum()
    parameters = list(Selector(brick).get_parameters().values())
    wanted = [inputs["inputs"], inputs["attended"], *parameters]
    function = compile_graph([*inputs.values()], [total, *pt.grad(total, wanted)])
    arrays = list(GIVEN.values())
    slopes = [np.asarray(slope) for slope in function(*arrays)[1:]]

    def numeric(change):
        totals = []
        for step in (1e-5, -1e-5):
            moved = change(step)
            totals.append(float(function(*moved)[0]))
        return (totals[0] - totals[1]) / 2e-5

    for place, slope in zip((0, 2), slopes, strict=False):
        direction = RNG.normal(size=slope.shape)

        def moved_input(step, place=place, direction=direction):
            return [
                a + step * direction if i == place else a for i, a in enumerate(arrays)
            ]

        np.testing.assert_allclose(
            numeric(moved_input), (slope * direction).sum(), rtol=1e-6
        )
    for parameter, slope in zip(parameters, slopes[2:], strict=True):
        direction, before = RNG.normal(size=slope.shape), parameter.get_value()

        def moved_parameter(step, parameter=parameter, d=direction, before=before):
            parameter.set_value(before + step * d)
            return arrays

        np.testing.assert_allclose(
            numeric(moved_parameter), (slope * direction).sum(), rtol=1e-6, atol=1e-8
        )
        parameter.set_value(before)


def test_names_dimensions_and_paths():
    brick = make_brick()
    brick.allocate()
    assert brick.apply.sequences == ["inputs", "mask"]
    assert brick.apply.contexts == ["attended", "attended_mask"]
    assert brick.do_apply.contexts == [*brick.apply.contexts, "preprocessed_attended"]
    names = ["states", "weighted_averages", "weights"]
    assert brick.apply.states == brick.apply.outputs == names
    assert brick.initial_states.outputs == names
    assert brick.take_glimpses.outputs == names[1:]
    assert brick.compute_states.outputs == names[:1]
    assert brick.get_dims([*names, "inputs", "mask"]) == [4, 2, 0, 4, 0]
    assert brick.get_dims(brick.do_apply.contexts) == [2, 0, 6]
    assert [brick.batch_axis(n) for n in brick.apply.contexts] == [1, 1]
    assert brick.batch_axis("other") == 0


def test_other_names():
    brick = make_brick(attended_name="source", attended_mask_name="source_mask")
    brick.initialize()
    x, source = pt.tensor3("x"), pt.tensor3("source")
    states = brick.apply(inputs=x, source=source)[0]
    given = {x: INPUTS.astype("float32"), source: ATTENDED.astype("float32")}
    assert evaluate(states, given).shape == (TIME, BATCH, 4)
    assert brick.get_dims(["source", "source_mask"]) == [2, 0]


@pytest.mark.parametrize("attended_first", [False, True])
def test_initial_states_in_front(attended_first):
    brick = make_brick()
    brick.initialize()
    x, attended = pt.tensor3("x"), pt.tensor3("attended")
    arguments = {"inputs": x, "attended": attended}
    if attended_first:
        arguments = dict(reversed(arguments.items()))
    outputs = brick.apply(**arguments, return_initial_states=True, as_dict=True)
    given = {x: INPUTS.astype("float32"), attended: ATTENDED.astype("float32")}
    states, weights = (evaluate(outputs[n], given) for n in ("states", "weights"))
    assert states.shape == (TIME + 1, BATCH, 4)
    assert weights.shape == (TIME + 1, BATCH, LENGTH)
    assert not states[0].any()
    assert not weights[0].any()
    np.testing.assert_allclose(weights[1:].sum(axis=2), 1, rtol=1e-5)


def test_lstm_that_follows_a_sequence():
    attention = SimpleSequenceAttention(state_names=["states"], attended_dim=2)
    brick = AttentionRecurrent(LSTM(3), attention, **INITS)
    brick.initialize()
    x, attended = pt.tensor3("x"), pt.tensor3("attended")
    outputs = brick.apply(inputs=x, attended=attended, as_dict=True)
    assert list(outputs) == ["states", "cells", "glimpses", "step"]
    given = {
        x: RNG.normal(size=(TIME, BATCH, 12)).astype("float32"),
        attended: ATTENDED.astype("float32"),
    }
    glimpses, step = (evaluate(outputs[name], given) for name in ("glimpses", "step"))
    np.testing.assert_array_equal(glimpses, given[attended][:TIME])
    np.testing.assert_array_equal(step, np.arange(1, TIME + 1)[:, None] + 0 * step)


def test_errors():
    with pytest.raises(TypeError, match="attention must be a brick derived from Abs"):
        AttentionRecurrent(SimpleRecurrent(4, Tanh()), Tanh())
    attention = SequenceContentAttention(
        match_dim=6, state_names=["cells"], attended_dim=2
    )
    with pytest.raises(ValueError, match=r"looks at the states \['cells'\], but /simp"):
        AttentionRecurrent(SimpleRecurrent(4, Tanh()), attention)
    with pytest.raises(TypeError, match="needs the context 'attended'"):
        make_brick().apply(inputs=pt.tensor3())
    with pytest.raises(TypeError, match="did you mean 'attended'"):
        make_brick().apply(inputs=pt.tensor3(), atended=pt.tensor3())
    abstract = AbstractAttentionRecurrent()
    with pytest.raises(NotImplementedError, match="take_glimpses is abstract"):
        abstract.take_glimpses()
    with pytest.raises(NotImplementedError, match="compute_states is abstract"):
        abstract.compute_states()

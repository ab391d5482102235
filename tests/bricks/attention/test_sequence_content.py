import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Linear
from brickyard.bricks.attention import SequenceContentAttention, ShallowEnergyComputer
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH = 4, 3
ATTENDED = RNG.normal(size=(TIME, BATCH, 2))
MASK = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=float)
STATES = RNG.normal(size=(BATCH, 5))
CELLS = RNG.normal(size=(BATCH, 6))
GIVEN = {"attended": ATTENDED, "attended_mask": MASK, "states": STATES, "cells": CELLS}


def make_attention(**kwargs):
    return SequenceContentAttention(
        match_dim=7,
        state_names=["states", "cells"],
        state_dims=[5, 6],
        attended_dim=2,
        weights_init=IsotropicGaussian(),
        biases_init=Constant(0.5),
        seed=1,
        **kwargs,
    )


def graph_of(attention, given):
    return {
        name: pt.tensor(name, dtype=str(value.dtype), shape=(None,) * value.ndim)
        for name, value in given.items()
    }


def test_checks():
    root = "/sequencecontentattention"
    # The attended alone: its first axis is time, that of the states is the batch.
    check_brick(
        make_attention,
        {"attended": ATTENDED},
        application="preprocess",
        parameters={
            f"{root}/state_trans/transform_states.W": (5, 7),
            f"{root}/state_trans/transform_cells.W": (6, 7),
            f"{root}/preprocess.W": (2, 7),
            f"{root}/preprocess.b": (7,),
            f"{root}/energy_comp/linear_0.W": (7, 1),
        },
    )


@pytest.mark.parametrize("preprocess", [False, True])
def test_values(preprocess):
    attention = make_attention()
    attention.initialize()
    given = {name: value.astype("float32") for name, value in GIVEN.items()}
    inputs = graph_of(attention, given)
    options = {}
    if preprocess:
        options["preprocessed_attended"] = attention.preprocess(inputs["attended"])
    averages, weights = attention.take_glimpses(**inputs, **options)
    values = {inputs[name]: value for name, value in given.items()}
    state, cell = (t.W.get_value() for t in attention.state_transformers.children)
    transformer = attention.attended_transformer
    match = ATTENDED @ transformer.W.get_value() + 0.5 + STATES @ state + CELLS @ cell
    energies = (np.tanh(match) @ attention.energy_computer.linear.W.get_value())[..., 0]
    expected = np.exp(energies) * MASK
    expected /= expected.sum(axis=0)
    np.testing.assert_allclose(evaluate(weights, values), expected.T, atol=1e-5)
    np.testing.assert_allclose(
        evaluate(averages, values),
        np.einsum("tb,tbd->bd", expected, ATTENDED),
        atol=1e-5,
    )


def test_gradients():
    with pytensor.config.change_flags(floatX="float64"):
        attention = make_attention()
        attention.initialize()
    inputs = graph_of(attention, GIVEN)
    averages, _ = attention.take_glimpses(**inputs)
    total = (averages * pt.constant(RNG.normal(size=(BATCH, 2)))).sum()
    wanted = [inputs["attended"], inputs["states"], inputs["cells"]]
    values = {inputs[name]: value for name, value in GIVEN.items()}
    for variable, gradient in zip(wanted, pt.grad(total, wanted), strict=True):
        slope = evaluate(gradient, values)
        direction = RNG.normal(size=slope.shape)
        rise, fall = (
            evaluate(total, {**values, variable: values[variable] + step * direction})
            for step in (1e-5, -1e-5)
        )
        expected = (slope * direction).sum()
        np.testing.assert_allclose((rise - fall) / 2e-5, expected, atol=1e-7)


def test_longer_padding_changes_nothing():
    attention = make_attention()
    attention.initialize()
    given = {name: value.astype("float32") for name, value in GIVEN.items()}
    inputs = graph_of(attention, given)
    averages, _ = attention.take_glimpses(**inputs)
    longer = dict(given)
    longer["attended"] = np.concatenate([given["attended"], 9 + given["attended"]])
    longer["attended_mask"] = np.concatenate([MASK, 0 * MASK]).astype("float32")
    before, after = (
        evaluate(averages, {inputs[name]: each[name] for name in inputs})
        for each in (given, longer)
    )
    np.testing.assert_allclose(before, after, rtol=1e-6)


def test_bricks_given():
    attention = make_attention(
        state_transformer=Linear(use_bias=True),
        attended_transformer=Linear(name="mine"),
        energy_computer=ShallowEnergyComputer(use_bias=True, name="energy"),
    )
    attention.initialize()
    assert [child.name for child in attention.children] == [
        "state_trans",
        "mine",
        "energy",
    ]
    assert "b" in attention.state_transformers.children[1].parameters.names()
    assert "b" in attention.energy_computer.linear.parameters.names()


def test_initial_glimpses():
    attention = make_attention()
    attended = pt.tensor3("attended")
    averages, weights = attention.initial_glimpses(BATCH, attended)
    given = {attended: ATTENDED.astype("float32")}
    np.testing.assert_array_equal(evaluate(averages, given), np.zeros((BATCH, 2)))
    np.testing.assert_array_equal(evaluate(weights, given), np.zeros((BATCH, TIME)))


def test_names_and_dimensions():
    attention = make_attention()
    assert attention.take_glimpses.inputs == [
        "attended",
        "preprocessed_attended",
        "attended_mask",
        "states",
        "cells",
    ]
    names = ["weighted_averages", "weights", "preprocessed_attended", "cells"]
    assert attention.get_dims(names) == [2, 0, 7, 6]


def test_errors():
    attention = make_attention()
    with pytest.raises(TypeError, match=r"take_glimpses needs the inputs .*missing"):
        attention.take_glimpses(pt.tensor3(), states=pt.matrix())
    wrong = pt.tensor("x", dtype="float32", shape=(None, None, 3))
    with pytest.raises(ValueError, match="needs an input with 2 features"):
        attention.preprocess(wrong)
    incomplete = SequenceContentAttention(state_names=["states"])
    with pytest.raises(ValueError, match="state_dims, attended_dim, match_dim of"):
        incomplete.allocate()

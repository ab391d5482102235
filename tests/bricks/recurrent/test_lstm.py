import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import IsotropicGaussian, Orthogonal
from brickyard.bricks.recurrent import LSTM
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH, DIM = 6, 3, 4
INPUTS = RNG.normal(size=(TIME, BATCH, 4 * DIM)).astype("float32")
MASK = np.float32([[1, 1, 1]] * 2 + [[1, 0, 1]] + [[1, 0, 0]] * 3)
START = RNG.normal(size=(2, DIM)).astype("float32")


def make_brick(**kwargs):
    init = IsotropicGaussian(0.5)
    return LSTM(DIM, weights_init=init, seed=1, **kwargs)


def make_started():
    brick = make_brick()
    brick.initialize()
    brick.parameters["initial_state"].set_value(START[0])
    brick.parameters["initial_cells"].set_value(START[1])
    return brick


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference(brick, inputs, mask):
    """The formula, moment by moment: input gate, forget gate, cell, output gate."""
    W = brick.W_state.get_value()
    w_in, w_forget, w_out = (
        each.get_value()
        for each in (brick.W_cell_to_in, brick.W_cell_to_forget, brick.W_cell_to_out)
    )
    h, c = np.tile(START[0], (BATCH, 1)), np.tile(START[1], (BATCH, 1))
    states, cells = [], []
    for x, m in zip(inputs, mask, strict=True):
        to_in, to_forget, to_cell, to_out = np.split(x + h @ W, 4, axis=1)
        new = sigmoid(to_forget + c * w_forget) * c
        new = new + sigmoid(to_in + c * w_in) * np.tanh(to_cell)
        out = sigmoid(to_out + new * w_out) * np.tanh(new)
        h, c = np.where(m[:, None], out, h), np.where(m[:, None], new, c)
        states.append(h)
        cells.append(c)
    return np.array(states), np.array(cells)


@pytest.mark.parametrize(
    ("mask", "backend"), [(None, "xla"), (MASK, "xla"), (MASK, "numba")]
)
def test_values(mask, backend):
    brick = make_started()
    x, m = pt.tensor3("x"), pt.matrix("m")
    values = {x: INPUTS} | ({} if mask is None else {m: mask})
    outputs = brick.apply(x, mask=None if mask is None else m)
    whole = np.ones((TIME, BATCH)) if mask is None else mask
    for found, expected in zip(
        evaluate(outputs, values, backend=backend),
        reference(brick, INPUTS, whole),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_checks():
    check_brick(
        make_brick,
        {"inputs": INPUTS[:3]},
        parameters={
            "/lstm.W_state": (DIM, 4 * DIM),
            "/lstm.W_cell_to_in": (DIM,),
            "/lstm.W_cell_to_forget": (DIM,),
            "/lstm.W_cell_to_out": (DIM,),
            "/lstm.initial_state": (DIM,),
            "/lstm.initial_cells": (DIM,),
        },
        rows_are_independent=False,
    )


def test_agrees_with_torch():
    torch = pytest.importorskip("torch")
    brick = make_started()
    for peephole in (brick.W_cell_to_in, brick.W_cell_to_forget, brick.W_cell_to_out):
        peephole.set_value(np.zeros(DIM, peephole.dtype))
    network = torch.nn.LSTM(4 * DIM, DIM, bias=False)
    with torch.no_grad():  # its order, input, forget, cell, output, is ours
        network.weight_ih_l0.copy_(torch.eye(4 * DIM))
        network.weight_hh_l0.copy_(torch.from_numpy(brick.W_state.get_value().T))
    starts = [
        torch.tensor(np.tile(row, (1, BATCH, 1)), requires_grad=True) for row in START
    ]
    inputs = torch.tensor(INPUTS, requires_grad=True)
    expected, _ = network(inputs, tuple(starts))
    (expected**2).sum().backward()
    x = pt.tensor3("x")
    states, _ = brick.apply(x)
    names = ("initial_state", "initial_cells")
    initial = [brick.parameters[name] for name in names]
    gradients = pytensor.grad((states**2).sum(), [x, brick.W_state, *initial])
    found = evaluate([states, *gradients], {x: INPUTS})
    theirs = [
        expected.detach(),
        inputs.grad,
        network.weight_hh_l0.grad.T,
        *(start.grad.sum((0, 1)) for start in starts),
    ]
    for ours, other in zip(found, theirs, strict=True):
        scale = max(1, float(other.abs().max()))
        np.testing.assert_allclose(ours, other.numpy(), atol=1e-5 * scale)


def test_weights_are_drawn_as_square_matrices():
    brick = LSTM(3, weights_init=Orthogonal(), seed=2)
    brick.initialize()
    for quarter in np.split(brick.W_state.get_value(), 4, axis=1):
        np.testing.assert_allclose(quarter @ quarter.T, np.eye(3), atol=1e-6)
    peepholes = [brick.W_cell_to_in.get_value(), brick.W_cell_to_forget.get_value()]
    assert not np.allclose(*peepholes)
    assert np.abs(peepholes).max() <= 1


def test_dimensions():
    brick = make_brick()
    names = ["inputs", "states", "cells", "mask"]
    assert brick.get_dims(names) == [4 * DIM, DIM, DIM, 0]
    with pytest.raises(ValueError, match="does not know the dimension of 'gates'"):
        brick.get_dim("gates")


def test_bad_input():
    brick = make_brick()
    with pytest.raises(ValueError, match=r"/lstm needs .* with 16 features .*, got 4"):
        brick.apply(pt.tensor3("x", shape=(None, None, 4)))

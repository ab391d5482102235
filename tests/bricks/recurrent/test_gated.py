import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Identity, Logistic
from brickyard.bricks.initialization import IsotropicGaussian, Orthogonal
from brickyard.bricks.recurrent import GatedRecurrent
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH, DIM = 6, 3, 4
INPUTS = RNG.normal(size=(TIME, BATCH, DIM)).astype("float32")
GATES = RNG.normal(size=(TIME, BATCH, 2 * DIM)).astype("float32")
MASK = np.float32([[1, 1, 1]] * 2 + [[1, 0, 1]] + [[1, 0, 0]] * 3)
START = RNG.normal(size=DIM).astype("float32")


def make_brick(**kwargs):
    init = IsotropicGaussian(0.5)
    return GatedRecurrent(DIM, weights_init=init, seed=1, **kwargs)


def make_started(**kwargs):
    brick = make_brick(**kwargs)
    brick.initialize()
    brick.parameters["initial_state"].set_value(START)
    return brick


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference(brick, inputs, gates, mask, activation=np.tanh):
    """The formula, moment by moment; update gate first, reset before the product."""
    U, U_gates = brick.state_to_state.get_value(), brick.state_to_gates.get_value()
    state, states = np.tile(START, (BATCH, 1)), []
    for x, g, m in zip(inputs, gates, mask, strict=True):
        both = sigmoid(g + state @ U_gates)
        update, reset = both[:, :DIM], both[:, DIM:]
        proposed = activation(x + (reset * state) @ U)
        new = update * proposed + (1 - update) * state
        state = np.where(m[:, None], new, state)
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize(
    ("mask", "backend"), [(None, "xla"), (MASK, "xla"), (MASK, "numba")]
)
def test_values(mask, backend):
    brick = make_started()
    x, g, m = pt.tensor3("x"), pt.tensor3("g"), pt.matrix("m")
    values = {x: INPUTS, g: GATES} | ({} if mask is None else {m: mask})
    output = brick.apply(x, g, mask=None if mask is None else m)
    whole = np.ones((TIME, BATCH)) if mask is None else mask
    np.testing.assert_allclose(
        evaluate(output, values, backend=backend),
        reference(brick, INPUTS, GATES, whole),
        atol=1e-5,
    )


def test_reverse():
    brick = make_started()
    x, g, m = pt.tensor3("x"), pt.tensor3("g"), pt.matrix("m")
    found = evaluate(
        brick.apply(x, g, mask=m, reverse=True), {x: INPUTS, g: GATES, m: MASK}
    )
    expected = reference(brick, INPUTS[::-1], GATES[::-1], MASK[::-1])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_activations_can_be_chosen():
    brick = make_started(activation=Identity())
    x, g = pt.tensor3("x"), pt.tensor3("g")
    whole = np.ones((TIME, BATCH))
    np.testing.assert_allclose(
        evaluate(brick.apply(x, g), {x: INPUTS, g: GATES}),
        reference(brick, INPUTS, GATES, whole, activation=lambda v: v),
        atol=1e-5,
    )


def test_one_brick_for_both_activations():
    logistic = Logistic()
    brick = make_brick(activation=logistic, gate_activation=logistic)
    assert list(brick.children) == [logistic]


def test_checks():
    check_brick(
        make_brick,
        {"inputs": INPUTS, "gate_inputs": GATES},
        parameters={
            "/gatedrecurrent.state_to_state": (DIM, DIM),
            "/gatedrecurrent.state_to_gates": (DIM, 2 * DIM),
            "/gatedrecurrent.initial_state": (DIM,),
        },
        rows_are_independent=False,
    )


def test_agrees_with_a_torch_cell():
    # Not torch.nn.GRU, whose reset gate works on the product: the cell is written out.
    torch = pytest.importorskip("torch")
    brick = make_started()
    x, g, m = pt.tensor3("x"), pt.tensor3("g"), pt.matrix("m")
    output = brick.apply(x, g, mask=m)
    parameters = list(brick.parameters)
    wanted = [x, g, *parameters]
    found = evaluate(
        [output, *pytensor.grad((output**2).sum(), wanted)],
        {x: INPUTS, g: GATES, m: MASK},
    )
    leaves = [INPUTS, GATES, *(parameter.get_value() for parameter in parameters)]
    leaves = [torch.tensor(value, requires_grad=True) for value in leaves]
    inputs, gates, U, U_gates, start = leaves
    state, states = start.expand(BATCH, DIM), []
    for time in range(TIME):
        update, reset = torch.sigmoid(gates[time] + state @ U_gates).split(DIM, dim=1)
        proposed = torch.tanh(inputs[time] + (reset * state) @ U)
        new = update * proposed + (1 - update) * state
        state = torch.where(torch.tensor(MASK[time])[:, None] > 0, new, state)
        states.append(state)
    expected = torch.stack(states)
    (expected**2).sum().backward()
    theirs = [expected.detach(), *(leaf.grad for leaf in leaves)]
    for ours, other in zip(found, theirs, strict=True):
        scale = max(1, float(other.abs().max()))
        np.testing.assert_allclose(ours, other.numpy(), atol=1e-5 * scale)


def test_without_a_reset_it_is_torchs_gru():
    # With r = 1, both forms are the same, but torch has 1 - z for z.
    torch = pytest.importorskip("torch")
    brick = make_started()
    wide = GATES.copy()
    wide[..., DIM:] = 100
    U_update = brick.state_to_gates.get_value()[:, :DIM]
    U = brick.state_to_state.get_value()
    with torch.no_grad():
        x, z = torch.tensor(INPUTS), torch.tensor(GATES[..., :DIM])
        network = torch.nn.GRU(DIM * 2, DIM, bias=True)
        for parameter in network.parameters():
            parameter.zero_()
        # rows: reset, update, new; columns: inputs, then gate inputs
        network.bias_ih_l0[:DIM] = 100
        network.weight_ih_l0[DIM : 2 * DIM, DIM:] = -torch.eye(DIM)
        network.weight_ih_l0[2 * DIM :, :DIM] = torch.eye(DIM)
        network.weight_hh_l0[DIM : 2 * DIM] = -torch.tensor(U_update.T)
        network.weight_hh_l0[2 * DIM :] = torch.tensor(U.T)
        start = torch.tensor(np.tile(START, (1, BATCH, 1)))
        expected, _ = network(torch.cat([x, z], dim=2), start)
    inputs, gates = pt.tensor3("x"), pt.tensor3("g")
    np.testing.assert_allclose(
        evaluate(brick.apply(inputs, gates), {inputs: INPUTS, gates: wide}),
        expected.numpy(),
        atol=1e-5,
    )


def test_halves_are_drawn_apart():
    brick = GatedRecurrent(3, weights_init=Orthogonal(), seed=2)
    brick.initialize()
    update, reset = np.split(brick.state_to_gates.get_value(), 2, axis=1)
    for half in (update, reset, brick.state_to_state.get_value()):
        np.testing.assert_allclose(half @ half.T, np.eye(3), atol=1e-6)
    assert not np.allclose(update, reset)


def test_dimensions():
    brick = make_brick()
    names = ["mask", "inputs", "gate_inputs", "states"]
    assert brick.get_dims(names) == [0, DIM, 2 * DIM, DIM]
    assert brick.apply.sequences == names[:3]
    with pytest.raises(ValueError, match="does not know the dimension of 'cells'"):
        brick.get_dim("cells")


def test_bad_input():
    brick = make_brick(name="gru")
    with pytest.raises(ValueError, match=r"/gru needs .* with 8 features .*, got 4"):
        brick.apply(pt.tensor3("x"), pt.tensor3("g", shape=(None, None, 4)))

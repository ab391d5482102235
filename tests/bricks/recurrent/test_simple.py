import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Identity, Rectifier, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import SimpleRecurrent
from brickyard.graph import INITIAL_STATE, WEIGHT, ComputationGraph, VariableFilter
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, BATCH, DIM = 5, 3, 4
INPUTS = RNG.normal(size=(TIME, BATCH, DIM)).astype("float32")
MASK = np.float32([[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 0, 0]])


def make_brick(**kwargs):
    init = IsotropicGaussian(0.5)
    return SimpleRecurrent(DIM, Tanh(), weights_init=init, seed=1, **kwargs)


def make_random(brick):
    """Give the initial states random values too, so that they matter."""
    brick.initialize()
    for parameter in VariableFilter(roles=[INITIAL_STATE])(list(brick.parameters)):
        value = np.random.default_rng(7).normal(size=parameter.get_value().shape)
        parameter.set_value(value.astype(parameter.dtype))
    return brick


def reference(brick, inputs, mask):
    W = brick.W.get_value()
    state = np.tile(brick.parameters["initial_state"].get_value(), (BATCH, 1))
    states = []
    for x, m in zip(inputs, mask, strict=True):
        state = np.where(m[:, None], np.tanh(x + state @ W), state)
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("mask", [None, MASK])
def test_values(mask):
    brick = make_random(make_brick())
    x, m = pt.tensor3("x"), pt.matrix("m")
    output = brick.apply(x) if mask is None else brick.apply(x, mask=m)
    values = {x: INPUTS} if mask is None else {x: INPUTS, m: mask}
    whole = np.ones((TIME, BATCH)) if mask is None else mask
    np.testing.assert_allclose(
        evaluate(output, values),
        reference(brick, INPUTS, whole),
        atol=1e-5,
    )


@pytest.mark.parametrize("names", [["inputs"], ["inputs", "mask"]])
def test_checks(names):
    check_brick(
        make_brick,
        {"inputs": INPUTS, "mask": MASK} if "mask" in names else {"inputs": INPUTS},
        parameters={
            "/simplerecurrent.W": (DIM, DIM),
            "/simplerecurrent.initial_state": (DIM,),
        },
        rows_are_independent=False,
        check_gradients="mask" not in names,
    )


def test_gradients_of_a_masked_cost():
    # Of the sum over all states: the mask itself is no smooth function.
    with pytensor.config.change_flags(floatX="float64"):
        brick = make_random(make_brick())
        x = pt.tensor3("x")
        cost = (brick.apply(x, mask=pt.constant(MASK)) ** 2).sum()
        arguments = [x, *brick.parameters]
        gradients = evaluate(pytensor.grad(cost, arguments), {x: INPUTS})
        step = 1e-5
        for argument, gradient in zip(arguments, gradients, strict=True):
            direction = np.random.default_rng(3).normal(size=gradient.shape)
            values = []
            for sign in (1, -1):
                if argument is x:
                    moved = {x: INPUTS + sign * step * direction}
                    values.append(evaluate(cost, moved))
                else:
                    before = argument.get_value()
                    argument.set_value(before + sign * step * direction)
                    values.append(evaluate(cost, {x: INPUTS}))
                    argument.set_value(before)
            slope = (values[0] - values[1]) / (2 * step)
            np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-6)


def test_agrees_with_torch():
    torch = pytest.importorskip("torch")
    brick = make_random(make_brick())
    network = torch.nn.RNN(DIM, DIM, bias=False)
    x = pt.tensor3("x")
    output = brick.apply(x)
    with torch.no_grad():
        network.weight_ih_l0.copy_(torch.eye(DIM))
        network.weight_hh_l0.copy_(torch.from_numpy(brick.W.get_value().T))
    start = torch.tensor(
        np.tile(brick.parameters["initial_state"].get_value(), (1, BATCH, 1)),
        requires_grad=True,
    )
    inputs = torch.tensor(INPUTS, requires_grad=True)
    expected, _ = network(inputs, start)
    (expected**2).sum().backward()
    wanted = [x, brick.W, brick.parameters["initial_state"]]
    gradients = pytensor.grad((output**2).sum(), wanted)
    found = evaluate([output, *gradients], {x: INPUTS})
    for ours, theirs in zip(
        found,
        [
            expected.detach(),
            inputs.grad,
            network.weight_hh_l0.grad.T,
            start.grad.sum((0, 1)),
        ],
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5, atol=1e-5)


def test_one_step():
    brick = make_random(make_brick())
    x, h, m = pt.matrices("x", "h", "other")[:2] + [pt.vector("m")]
    state = RNG.normal(size=(BATCH, DIM)).astype("float32")
    values = {x: INPUTS[0], h: state, m: np.float32([1, 0, 1])}
    found = evaluate(brick.apply(x, h, mask=m, iterate=False), values)
    expected = np.tanh(INPUTS[0] + state @ brick.W.get_value())
    expected[1] = state[1]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_roles_and_first_values():
    brick = make_brick()
    brick.initialize()
    variables = ComputationGraph(brick.apply(pt.tensor3("x"))).variables
    assert VariableFilter(roles=[WEIGHT])(variables) == [brick.W]
    (initial,) = VariableFilter(roles=[INITIAL_STATE])(variables)
    assert initial is brick.parameters["initial_state"]
    assert initial.get_value().tolist() == [0] * DIM


def test_dimensions_and_missing_arguments():
    brick = make_brick()
    assert brick.get_dims(["inputs", "states", "mask"]) == [DIM, DIM, 0]
    with pytest.raises(ValueError, match="does not know the dimension of 'cells'"):
        brick.get_dim("cells")
    with pytest.raises(ValueError, match=r"weights_init of /simplerecurrent is mis"):
        SimpleRecurrent(2, Identity()).initialize()
    with pytest.raises(ValueError, match=r"dim of /simplerecurrent is missing"):
        SimpleRecurrent(activation=Identity()).allocate()


def test_padding_may_hold_anything():
    brick = SimpleRecurrent(1, Rectifier(), weights_init=Constant(1))
    brick.initialize()
    x, m = pt.tensor3("x"), pt.matrix("m")
    cost = brick.apply(x, mask=m)[-1].sum()
    value, gradient = evaluate(
        [cost, pytensor.grad(cost, brick.W)],
        {x: [[[1.0]], [[2.0]], [[np.nan]]], m: [[1], [1], [0]]},
    )
    assert value == 3
    assert gradient == 1


def test_bad_input():
    brick = make_brick(name="first")
    with pytest.raises(ValueError, match=r"/first needs .* 4 features .*, got 5"):
        brick.apply(pt.tensor3("x", shape=(None, None, 5)))
    with pytest.raises(ValueError, match=r"/first needs inputs with the axes"):
        brick.apply(pt.matrix("x"))

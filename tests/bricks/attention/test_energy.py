import numpy as np
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.attention import ShallowEnergyComputer
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

MATCH = np.random.default_rng(1).normal(size=(3, 2, 4))


def make_computer(**kwargs):
    computer = ShallowEnergyComputer(
        weights_init=IsotropicGaussian(), biases_init=Constant(2), seed=1, **kwargs
    )
    computer.input_dim, computer.output_dim = 4, 1
    return computer


def test_checks():
    check_brick(
        make_computer,
        {"input_": MATCH},
        parameters={"/shallowenergycomputer/linear_0.W": (4, 1)},
    )


def test_values():
    computer = make_computer(use_bias=True)
    computer.initialize()
    assert (computer.input_dim, computer.output_dim) == (4, 1)
    x = pt.tensor3("x")
    energies = evaluate(computer.apply(x), {x: MATCH.astype("float32")})
    expected = np.tanh(MATCH) @ computer.linear.W.get_value() + 2
    np.testing.assert_allclose(energies, expected, atol=1e-6)

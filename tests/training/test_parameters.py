"""Parameters by path."""

from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.backends import shared
from brickyard.bricks import MLP, Linear, Tanh
from brickyard.bricks.initialization import Constant
from brickyard.training.parameters import (
    check_initialized,
    check_parameters,
    parameter_path,
    parameters_by_path,
)


@pytest.fixture
def linear():
    made = Linear(2, 3, weights_init=Constant(0.5), biases_init=Constant(0))
    made.initialize()
    return made


def test_path_is_that_of_the_brick(linear):
    assert parameter_path(linear.W) == "/linear.W"


def test_path_without_a_brick():
    assert parameter_path(shared(1.0, name="scale")) == "scale"
    with pytest.raises(ValueError, match="belongs to no brick and has no name"):
        parameter_path(shared(1.0))


def test_model_and_algorithm_are_united(linear):
    scale = shared(1.0, name="scale")
    algorithm = SimpleNamespace(parameters=[linear.W, scale])
    model = SimpleNamespace(get_parameter_dict=lambda: {"/linear.W": linear.W})
    assert parameters_by_path(algorithm, model) == {
        "/linear.W": linear.W,
        "scale": scale,
    }
    assert parameters_by_path(algorithm) == parameters_by_path(algorithm, model)
    assert parameters_by_path(SimpleNamespace()) == {}


def test_what_is_saved_without_being_trained(linear):
    statistic = shared(0.0, name="statistic")
    algorithm = SimpleNamespace(
        parameters=[linear.W], persistent_variables=[linear.W, statistic]
    )
    expected = {"/linear.W": linear.W, "statistic": statistic}
    assert parameters_by_path(algorithm) == expected
    model = SimpleNamespace(get_parameter_dict=lambda: {"/linear.W": linear.W})
    assert parameters_by_path(algorithm, model) == expected


def test_clash_of_paths():
    algorithm = SimpleNamespace(parameters=[shared(1.0, name="a") for _ in range(2)])
    with pytest.raises(ValueError, match=r"two parameters of the main loop .* 'a'"):
        parameters_by_path(algorithm)


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        ({}, "no parameter '/linear.W'. It was saved for another model"),
        ({"/linaer.W": 1}, "no parameter '/linear.W'; did you mean '/linaer.W'[?] It"),
        (
            {"/linear.W": np.zeros((2, 3), "float32"), "/linear.V": 1},
            "has the parameter '/linear.V', which this model does not have; did you",
        ),
        (
            {"/linear.W": np.zeros((3, 2), "float32")},
            r"has shape \(2, 3\) and dtype float32, the saved one has shape \(3, 2\)",
        ),
        (
            {"/linear.W": np.zeros((2, 3), "float64")},
            r"the saved one has shape \(2, 3\) and dtype float64",
        ),
    ],
)
def test_refuses_other_parameters(saved, message):
    W = shared(np.zeros((2, 3), "float32"), name="W")
    with pytest.raises(ValueError, match=message):
        check_parameters(saved, {"/linear.W": W})


def test_accepts_its_own(linear):
    check_parameters({"/linear.W": linear.W.get_value()}, {"/linear.W": linear.W})


def test_parameters_need_values(linear):
    check_initialized(SimpleNamespace(parameters=linear.parameters))
    check_initialized(SimpleNamespace())
    mlp = MLP([Tanh()], [2, 3])
    mlp.allocate()
    algorithm = SimpleNamespace(parameters=mlp.children[0].parameters)
    message = r"'/mlp/linear_0.W' has no values: /mlp was not .* initialize\(\)"
    with pytest.raises(ValueError, match=message):
        check_initialized(algorithm)
    for variable in algorithm.parameters:
        variable.set_value(np.zeros_like(variable.get_value()))
    check_initialized(algorithm)

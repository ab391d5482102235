import logging

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.bricks import MLP, Linear, Softmax, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import PARAMETER, PERSISTENT, add_role
from brickyard.training import GradientDescent, Model

PATHS = ["/mlp/linear_0.W", "/mlp/linear_0.b", "/mlp/linear_1.W", "/mlp/linear_1.b"]


@pytest.fixture
def cost():
    mlp = MLP(
        [Tanh(), Softmax()],
        [3, 4, 2],
        weights_init=IsotropicGaussian(0.1),
        biases_init=Constant(0),
        name="mlp",
    )
    mlp.initialize()
    return mlp.apply(pt.matrix("x")).sum().copy(name="cost")


@pytest.fixture
def model(cost):
    return Model(cost)


def test_parameters_are_sorted_by_path(model):
    assert list(model.get_parameter_dict()) == PATHS
    assert set(model.get_parameter_dict().values()) == set(model.parameters)


def test_values_are_copies(model):
    values = model.get_parameter_values()
    assert list(values) == PATHS
    values[PATHS[1]] += 1
    np.testing.assert_array_equal(model.get_parameter_values()[PATHS[1]], np.zeros(4))


def test_values_can_be_set(model):
    values = {path: value + 1 for path, value in model.get_parameter_values().items()}
    values[PATHS[3]] = [1, 2]
    model.set_parameter_values(values)
    for path, value in model.get_parameter_values().items():
        np.testing.assert_array_equal(value, values[path])
        assert value.dtype == np.float32


def refuse(model, changes, match):
    before = model.get_parameter_values()
    values = {path: value + 1 for path, value in before.items()}
    for path, value in changes.items():
        values.pop(path) if value is None else values.update({path: value})
    with pytest.raises(ValueError, match=match):
        model.set_parameter_values(values)
    for path, value in model.get_parameter_values().items():
        np.testing.assert_array_equal(value, before[path])


def test_names_must_match(model):
    refuse(
        model,
        {"/mlp/linear_1.b": None, "/mlp/linear_2.b": np.zeros(2, "float32")},
        r"Missing: '/mlp/linear_1.b' \(near '/mlp/linear_2.b'\)\. "
        r"Unknown: '/mlp/linear_2.b' \(near '/mlp/linear_1.b'\)\. Nothing was changed",
    )


def test_shapes_must_match(model):
    refuse(
        model,
        {
            "/mlp/linear_0.b": np.zeros(5, "float32"),
            "/mlp/linear_1.W": np.zeros((4, 3), "float32"),
        },
        r"Wrong shape: '/mlp/linear_0.b' is \(4,\), got \(5,\); "
        r"'/mlp/linear_1.W' is \(4, 2\), got \(4, 3\)\.",
    )


def test_dtypes_must_match(model):
    refuse(
        model,
        {"/mlp/linear_0.b": np.zeros(4, "float64")},
        r"Wrong dtype: '/mlp/linear_0.b' is float32, got float64\.",
    )


def test_top_bricks(model):
    assert [brick.name for brick in model.get_top_bricks()] == ["mlp"]
    plain = Model(shared(1.0, name="W") * 2)
    assert plain.get_top_bricks() == []


def test_persistent_variables_are_saved_but_need_no_training(cost, caplog):
    statistic = shared(0.5, name="statistic", dtype="floatX")
    add_role(statistic, PERSISTENT)
    model = Model(cost + statistic)
    assert list(model.get_parameter_dict()) == [*PATHS, "statistic"]
    assert statistic not in model.parameters
    values = {**model.get_parameter_values(), "statistic": 2}
    model.set_parameter_values(values)
    assert float(statistic.get_value()) == 2
    caplog.set_level(logging.WARNING)
    model.check_sanity(GradientDescent(cost, model.parameters))
    assert caplog.messages == []


def test_two_parameters_of_one_path():
    x, linears = pt.matrix("x"), []
    for _ in range(2):
        linear = Linear(3, 2, weights_init=Constant(1), biases_init=Constant(0))
        linear.initialize()
        linears.append(linear.apply(x))
    with pytest.raises(
        ValueError, match=r"called '/linear.W': W of Linear .* and W of Linear"
    ):
        Model(linears)


def test_a_parameter_without_a_name():
    W = shared([1.0])
    add_role(W, PARAMETER)
    with pytest.raises(ValueError, match="belongs to no brick and has no name"):
        Model(W.sum())


def test_sanity(model, cost, caplog):
    with caplog.at_level(logging.WARNING):
        model.check_sanity(GradientDescent(cost, model.parameters))
        model.check_sanity(object())
        assert not caplog.messages
        parameters = model.get_parameter_dict()
        model.check_sanity(GradientDescent(cost, [parameters["/mlp/linear_0.W"]]))
    assert "/mlp/linear_0.b, /mlp/linear_1.W" in caplog.messages[0]


def test_an_algorithm_that_trains_something_else(model, cost):
    W = shared([1.0], name="W")
    algorithm = GradientDescent(cost + W.sum(), [W, *model.parameters])
    with pytest.raises(ValueError, match=r"trains parameters .* not have: W; make the"):
        model.check_sanity(algorithm)

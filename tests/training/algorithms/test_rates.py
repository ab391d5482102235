import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate, shared
from brickyard.graph.roles import (
    ALGORITHM_HYPERPARAMETER,
    ALGORITHM_STATE,
    has_roles,
)
from brickyard.training.algorithms import Adam, Clock, Scale
from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    check_number,
    check_rate,
    in_dtype,
    make_rate,
)


@pytest.mark.parametrize(
    "value", [1, 0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), np.int64(2)]
)
def test_numbers_become_shared_variables(value):
    rule = Scale()
    rate = make_rate(rule, "learning_rate", value, NOT_NEGATIVE)
    assert rate.type.dtype == pytensor.config.floatX
    assert rate.type.ndim == 0
    assert rate.name == "learning_rate"
    assert has_roles(rate, [ALGORITHM_HYPERPARAMETER])
    assert float(rate.get_value()) == float(value)


def test_shared_variables_are_used_as_they_are():
    rate = shared(0.5)
    assert Scale(rate).learning_rate is rate
    assert rate.name == "learning_rate"
    assert has_roles(rate, [ALGORITHM_HYPERPARAMETER])


def test_a_name_is_kept():
    rate = shared(0.5, name="my_rate")
    assert Scale(rate).learning_rate.name == "my_rate"


def test_expressions_are_rates():
    base = shared(0.5, dtype="floatX")
    rule = Scale(base / 2)
    W = shared([8.0], name="W", dtype="floatX")
    assert evaluate(rule.compute_step(W, 1 * W)[0]).tolist() == [2.0]


@pytest.mark.parametrize("bad", [True, None, "0.1", [0.1], Scale])
def test_wrong_kinds(bad):
    with pytest.raises(TypeError, match="Scale: rate must be a number"):
        check_rate(Scale(), "rate", bad, NOT_NEGATIVE)


def test_arrays_are_no_rates():
    with pytest.raises(TypeError, match="Scale: rate must be a number"):
        check_rate(Scale(), "rate", np.ones(2), NOT_NEGATIVE)


def test_variables_must_be_float_scalars():
    with pytest.raises(ValueError, match="must be a scalar of a float dtype, got i of"):
        check_rate(Scale(), "rate", shared(1, name="i"), NOT_NEGATIVE)
    with pytest.raises(ValueError, match="must be a scalar of a float dtype, got v of"):
        check_rate(Scale(), "rate", shared([1.0], name="v"), NOT_NEGATIVE)


def test_the_value_of_a_shared_variable_is_checked():
    with pytest.raises(ValueError, match="Scale: learning_rate must be finite and not"):
        Scale(shared(-1.0))


def test_numbers_are_checked():
    with pytest.raises(TypeError, match="Adam: epsilon must be a number, got 'x'"):
        check_number(Adam(), "epsilon", "x", NOT_NEGATIVE)
    with pytest.raises(ValueError, match="got nan"):
        check_number(Adam(), "epsilon", float("nan"), NOT_NEGATIVE)


def test_a_clock_counts_only_when_asked():
    clock = Clock(Scale(0.5))
    assert isinstance(clock.read(0.5, "beta"), float)
    assert clock.updates == []


def test_a_clock_counts_in_integers_and_reads_in_floatx():
    clock = Clock(Scale())
    rate = clock.read(lambda step: step * np.float64(0.5), "learning_rate")
    assert clock.steps_done.type.dtype == "int64"
    assert has_roles(clock.steps_done, [ALGORITHM_STATE])
    assert rate.type.dtype == clock.time.type.dtype == pytensor.config.floatX
    function = compile([], [rate, clock.time], clock.updates)
    values = [[float(value) for value in function()] for _ in range(3)]
    assert values == [[0.0, 1.0], [0.5, 2.0], [1.0, 3.0]]


def test_a_schedule_must_return_a_scalar():
    with pytest.raises(
        TypeError, match="Scale: the schedule of learning_rate must ret"
    ):
        Clock(Scale()).read(lambda step: pt.ones(2) * step, "learning_rate")


def test_no_cast_where_there_is_nothing_to_cast():
    x = pt.fscalar("x")
    assert in_dtype(x, "float32") is x
    assert in_dtype(x, "float64").type.dtype == "float64"
    assert in_dtype(0.5, "float32").dtype == "float32"

import numpy as np
import pytensor
import pytest

from brickyard.backends import compile, shared


def test_the_shape_is_static_and_the_dtype_kept():
    assert shared(np.zeros((3, 2), "int16")).type.shape == (3, 2)
    assert shared(np.zeros(2, "int16")).dtype == "int16"
    assert shared(0.5, dtype="floatX").dtype == pytensor.config.floatX


def test_the_value_is_copied_in_and_out():
    array = np.zeros(3)
    variable = shared(array, "a")
    array[0] = 1
    variable.get_value()[1] = 1
    assert variable.get_value().tolist() == [0, 0, 0]


def test_values_stay_numpy_arrays_after_use_on_a_device(backend):
    variable = shared(np.zeros(3, "float32"), "a")
    step = compile([], updates={variable: variable + 1}, backend=backend)
    step()
    before = variable.get_value()
    step()
    assert isinstance(before, np.ndarray)
    assert before.tolist() == [1, 1, 1]
    assert variable.get_value().tolist() == [2, 2, 2]


def test_set_value_after_use_on_a_device_takes_effect():
    variable = shared(np.zeros(3, "float32"), "a")
    step = compile([], variable * 2, updates={variable: variable + 1})
    step()
    variable.set_value([5.0, 6.0, 7.0])
    assert np.asarray(step()).tolist() == [10, 12, 14]


def test_a_value_that_does_not_fit_is_refused():
    variable = shared(np.zeros((3, 2), "float32"), "W")
    with pytest.raises(TypeError, match=r"'W' holds float32 of shape \(3, 2\); got"):
        variable.set_value(np.zeros((2, 3), "float32"))
    with pytest.raises(TypeError, match="needs a number or an array of numbers"):
        shared({"a": 1}, "W")


def test_numbers_and_lists_are_converted_unless_they_do_not_fit():
    rate = shared(0.5, "rate", "float32")
    rate.set_value(1)
    assert rate.get_value() == np.float32(1)
    count = shared(np.zeros(2, "int8"), "count")
    count.set_value([1, 2])
    assert count.get_value().tolist() == [1, 2]
    with pytest.raises(TypeError, match=r"'count' holds int8 .* got int64"):
        count.set_value([1, 300])

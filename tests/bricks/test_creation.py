import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.bricks.creation import create_parameter, is_initializer
from brickyard.bricks.initialization import Constant


def create(spec, shape=(2, 3)):
    return create_parameter(spec, shape, "W", "/brick")


@pytest.mark.parametrize("spec", [None, Constant(3)])
def test_filled_with_nan_until_initialized(spec):
    parameter = create(spec)
    assert parameter.type.shape == (2, 3)
    assert parameter.dtype == "float32"
    assert np.isnan(parameter.get_value()).all()


def test_numbers_and_arrays():
    np.testing.assert_array_equal(create(2).get_value(), np.full((2, 3), 2.0))
    values = np.arange(6).reshape(2, 3)
    assert create(values).dtype == "float32"
    np.testing.assert_array_equal(create(values.tolist()).get_value(), values)
    with pytensor.config.change_flags(floatX="float64"):
        assert create(2).dtype == "float64"


def test_variables_are_used_as_they_are():
    variable = shared(np.zeros((3, 2), "float32"), name="V")
    assert create(variable, (3, 2)) is variable
    transposed = variable.T
    assert create(transposed) is transposed


def test_is_initializer():
    assert is_initializer(Constant(0))
    assert not is_initializer(Constant)
    assert not is_initializer(0)


def test_wrong_kinds():
    with pytest.raises(TypeError, match=r"/brick.W needs a number.*got 'zero'"):
        create("zero")
    with pytest.raises(TypeError, match=r"/brick.W cannot be made of \[\[1\], \[1, 2"):
        create([[1], [1, 2]])
    with pytest.raises(TypeError, match=r"sizes must be integers, got 2.5"):
        create(None, (2.5, 3))
    with pytest.raises(ValueError, match=r"sizes must be positive, got 0"):
        create(None, (0, 3))


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"shape \(2, 3\), the given array \(3, 2\)"):
        create(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"given variable V has \(3, 2\); transpose"):
        create(shared(np.zeros((3, 2)), name="V"))
    with pytest.raises(ValueError, match=r"given variable x has \(None,\)"):
        create(pt.vector("x"))

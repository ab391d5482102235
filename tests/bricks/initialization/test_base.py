import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.bricks.initialization import (
    Constant,
    IsotropicGaussian,
    NdarrayInitialization,
    Uniform,
)


def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("floatx", ["float32", "float64"])
def test_values_have_floatx(floatx):
    with pytensor.config.change_flags(floatX=floatx):
        assert Uniform(width=1).generate(rng(), (2, 3)).dtype == floatx


def test_precision_does_not_change_the_draw():
    with pytensor.config.change_flags(floatX="float32"):
        single = Uniform(width=1).generate(rng(), (50,))
    with pytensor.config.change_flags(floatX="float64"):
        double = Uniform(width=1).generate(rng(), (50,))
    np.testing.assert_array_equal(single, double.astype("float32"))


def test_the_same_seed_gives_the_same_values():
    recipe = IsotropicGaussian()
    np.testing.assert_array_equal(
        recipe.generate(rng(), (4, 4)), recipe.generate(rng(), (4, 4))
    )


def test_a_random_state_serves_as_well_as_a_generator():
    values = Uniform(width=1).generate(np.random.RandomState(1), (2, 2))
    assert values.shape == (2, 2)


def test_initialize_keeps_shape_and_dtype():
    variable = pytensor.shared(np.zeros((2, 3), dtype="float64"))
    Constant(4).initialize(variable, rng())
    value = variable.get_value()
    assert value.dtype == "float64"
    np.testing.assert_array_equal(value, np.full((2, 3), 4.0))


def test_initialize_with_another_shape():
    variable = pytensor.shared(np.zeros((2, 3)), shape=(None, 3))
    Constant(4).initialize(variable, rng(), shape=(5, 3))
    assert variable.get_value().shape == (5, 3)


def test_initialize_refuses_a_shape_the_variable_cannot_hold():
    variable = pytensor.shared(np.zeros((2, 3)), shape=(2, 3), name="W")
    with pytest.raises(ValueError, match=r"cannot give W a value of shape \(5, 3\)"):
        Constant(4).initialize(variable, rng(), shape=(5, 3))


def test_initialize_refuses_what_is_not_shared():
    with pytest.raises(TypeError, match="can only fill a shared variable"):
        Constant(4).initialize(pt.matrix("x"), rng())


@pytest.mark.parametrize("shape", [3, "ab", None])
def test_a_shape_is_a_sequence(shape):
    with pytest.raises(TypeError, match="needs a shape as a tuple of integers"):
        Constant(1).generate(rng(), shape)


@pytest.mark.parametrize("size", [2.0, True, None])
def test_sizes_are_integers(size):
    with pytest.raises(TypeError, match="needs integer sizes"):
        Constant(1).generate(rng(), (2, size))


def test_sizes_are_not_negative():
    with pytest.raises(ValueError, match="sizes of at least 0"):
        Constant(1).generate(rng(), (2, -1))


def test_numpy_sizes_are_accepted():
    assert Constant(1).generate(rng(), np.array([2, 3])).shape == (2, 3)


def test_generate_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        NdarrayInitialization()


def test_repr_shows_the_arguments():
    assert repr(IsotropicGaussian(0.5)) == "IsotropicGaussian(std=0.5, mean=0.0)"

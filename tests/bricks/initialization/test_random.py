import numpy as np
import pytest

from brickyard.bricks.initialization import IsotropicGaussian, Uniform


def draw(recipe, shape=(200, 300)):
    return recipe.generate(np.random.default_rng(7), shape)


def test_gaussian_has_the_moments_asked_for():
    values = draw(IsotropicGaussian(0.3, mean=2)).ravel()
    standard = (values - 2) / 0.3
    assert abs(standard.mean()) < 0.02
    assert abs(standard.std() - 1) < 0.02
    assert abs((standard**3).mean()) < 0.04
    assert abs((standard**4).mean() - 3) < 0.1


def test_gaussian_without_spread_is_constant():
    np.testing.assert_array_equal(draw(IsotropicGaussian(0, 5), (3,)), [5, 5, 5])


def test_uniform_by_width():
    values = draw(Uniform(mean=1, width=0.4))
    assert 0.8 <= values.min() < 0.801
    assert 1.199 < values.max() <= 1.2 + 1e-6
    assert abs(values.mean() - 1) < 1e-3


def test_uniform_by_std():
    values = draw(Uniform(std=0.5))
    assert abs(values.std() - 0.5) < 5e-3
    assert abs(values).max() <= np.sqrt(3) * 0.5 + 1e-6


@pytest.mark.parametrize("arguments", [{}, {"width": 1, "std": 1}])
def test_uniform_needs_one_spread(arguments):
    with pytest.raises(ValueError, match="exactly one of width and std"):
        Uniform(**arguments)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: IsotropicGaussian(std=-1), "std"),
        (lambda: Uniform(width=-1), "width"),
        (lambda: Uniform(std=-1), "std"),
    ],
)
def test_spread_is_not_negative(make, name):
    with pytest.raises(ValueError, match=f"{name} to be finite and at least 0"):
        make()


def test_mean_is_finite():
    with pytest.raises(ValueError, match="mean to be finite, got nan"):
        IsotropicGaussian(mean=float("nan"))


@pytest.mark.parametrize("value", ["0.1", None, True])
def test_std_is_a_number(value):
    with pytest.raises(TypeError, match="needs a number for std"):
        IsotropicGaussian(std=value)

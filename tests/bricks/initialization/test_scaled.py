import numpy as np
import pytest

from brickyard.bricks.initialization import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LeCunNormal,
    LeCunUniform,
    fan_in_and_fan_out,
)

# name, class, variance of a (200, 300) matrix, of (20, 10, 5, 4) filters
CASES = [
    (GlorotNormal, 2 / 500, 2 / (200 + 400)),
    (GlorotUniform, 2 / 500, 2 / (200 + 400)),
    (HeNormal, 2 / 200, 2 / 200),
    (HeUniform, 2 / 200, 2 / 200),
    (LeCunNormal, 1 / 200, 1 / 200),
    (LeCunUniform, 1 / 200, 1 / 200),
]


def draw(recipe, shape):
    return recipe.generate(np.random.default_rng(13), shape).astype("float64")


@pytest.mark.parametrize(("kind", "variance", "_"), CASES)
def test_variance_of_matrices(kind, variance, _):
    values = draw(kind(), (200, 300))
    assert abs(values.mean()) < 0.02 * np.sqrt(variance)
    np.testing.assert_allclose(values.var(), variance, rtol=0.03)


@pytest.mark.parametrize(("kind", "_", "variance"), CASES)
def test_variance_of_filters(kind, _, variance):
    values = draw(kind(), (20, 10, 5, 4))
    np.testing.assert_allclose(values.var(), variance, rtol=0.08)


@pytest.mark.parametrize("kind", [GlorotUniform, HeUniform, LeCunUniform])
def test_uniform_kinds_are_bounded(kind):
    recipe = kind()
    values = draw(recipe, (200, 300))
    bound = np.sqrt(3 * recipe.variance((200, 300)))
    assert 0.999 * bound < abs(values).max() <= bound * (1 + 1e-6)


@pytest.mark.parametrize("kind", [GlorotNormal, HeNormal, LeCunNormal])
def test_normal_kinds_are_not_truncated(kind):
    values = draw(kind(), (200, 300))
    assert abs(values).max() > 3.5 * values.std()


@pytest.mark.parametrize(
    "kind", [GlorotUniform, GlorotNormal, LeCunUniform, LeCunNormal]
)
def test_gain_multiplies_the_deviation(kind):
    np.testing.assert_allclose(
        draw(kind(gain=3), (20, 30)), 3 * draw(kind(), (20, 30)), rtol=1e-5
    )


@pytest.mark.parametrize("kind", [HeUniform, HeNormal])
def test_leak_shrinks_the_deviation(kind):
    np.testing.assert_allclose(
        draw(kind(leak=2), (20, 30)), draw(kind(), (20, 30)) / np.sqrt(5), rtol=1e-5
    )


def test_he_keeps_the_scale_through_rectifiers():
    rng = np.random.default_rng(17)
    x = rng.normal(size=(200, 256))
    before = (x**2).mean()
    for _ in range(10):
        x = np.maximum(x @ HeNormal().generate(rng, (256, 256)), 0)
    # The mean square after a rectifier is half of the variance before it.
    assert 0.6 < 2 * (x**2).mean() / (2 * before) < 1.6


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((3, 4), (3, 4)), ((6, 2, 5), (10, 30)), ((6, 2, 3, 3, 3), (54, 162))],
)
def test_fans(shape, fans):
    assert fan_in_and_fan_out(shape) == fans


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 2, 0)])
@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_shapes_without_fans(kind, shape):
    with pytest.raises(ValueError, match=rf"{kind.__name__}.* cannot fill this shape"):
        draw(kind(), shape)


@pytest.mark.parametrize("kind", [GlorotNormal, LeCunUniform])
def test_gain_is_not_negative(kind):
    with pytest.raises(ValueError, match="gain to be finite and at least 0"):
        kind(gain=-1)


def test_leak_is_a_number():
    with pytest.raises(TypeError, match="HeNormal needs a number for leak"):
        HeNormal(leak="a")

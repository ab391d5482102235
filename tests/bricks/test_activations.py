import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from scipy import special, stats

from brickyard.backends import evaluate
from brickyard.bricks.activations import (
    ELU,
    GELU,
    Identity,
    LeakyRectifier,
    Logistic,
    Rectifier,
    SiLU,
    Softplus,
    Softsign,
    Swish,
    Tanh,
)
from brickyard.testing import check_brick


def gelu_by_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


CASES = {
    "identity": (Identity, lambda x: x),
    "tanh": (Tanh, np.tanh),
    "logistic": (Logistic, special.expit),
    "softplus": (Softplus, lambda x: np.logaddexp(x, 0)),
    "softsign": (Softsign, lambda x: x / (1 + abs(x))),
    "rectifier": (Rectifier, lambda x: np.maximum(x, 0)),
    "leaky": (LeakyRectifier, lambda x: np.where(x > 0, x, 0.01 * x)),
    "very leaky": (lambda: LeakyRectifier(-2), lambda x: np.where(x > 0, x, -2 * x)),
    "elu": (ELU, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "elu 2": (
        lambda: ELU(alpha=2),
        lambda x: np.where(x > 0, x, 2 * np.expm1(np.minimum(x, 0))),
    ),
    "gelu": (GELU, lambda x: x * stats.norm.cdf(x)),
    "gelu by tanh": (lambda: GELU(approximate=True), gelu_by_tanh),
    "silu": (SiLU, lambda x: x * special.expit(x)),
}
EXTREMES = np.array([-1e4, -90, -20, -1, -1e-6, 0, 1e-6, 1, 20, 90, 1e4])

every_activation = pytest.mark.parametrize(
    ("make", "formula"), CASES.values(), ids=CASES
)


@every_activation
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values(make, formula, dtype):
    x = pt.matrix("x", dtype=dtype)
    values = np.stack([EXTREMES, np.linspace(-6, 6, 11)]).astype(dtype)
    result = evaluate(make().apply(x), {x: values})
    assert result.dtype == dtype
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(
        result, formula(values.astype("float64")), rtol=tolerance, atol=tolerance
    )


@every_activation
def test_gradients(make, formula):
    x = pt.dvector("x")
    values = np.array([-30, -3, -1.1, -0.2, 0.3, 1.7, 25])
    gradient = evaluate(pt.grad(make().apply(x).sum(), x), {x: values})
    step = 1e-6
    expected = (formula(values + step) - formula(values - step)) / (2 * step)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@every_activation
def test_gradients_are_finite_at_extremes(make, formula):
    x = pt.vector("x", dtype="float32")
    gradient = evaluate(
        pt.grad(make().apply(x).sum(), x), {x: EXTREMES.astype("float32")}
    )
    assert np.isfinite(gradient).all()
    assert gradient.dtype == "float32"


@every_activation
def test_nan_passes(make, formula):
    x = pt.vector("x")
    assert np.isnan(evaluate(make().apply(x), {x: [np.nan]})).all()


@every_activation
def test_small_integers_become_floats_and_large_ones_are_refused(make, formula):
    if make is Identity:
        assert make().apply(pt.lvector("i")).dtype == "int64"
        return
    x = pt.vector("x", dtype="int8")
    result = evaluate(make().apply(x), {x: np.array([-2, 3], "int8")})
    assert result.dtype == pytensor.config.floatX
    np.testing.assert_allclose(result, formula(np.array([-2.0, 3.0])), rtol=1e-5)
    with pytest.raises(
        TypeError, match=r"works on float.*int64 \(\?,\) .*usually indices"
    ):
        make().apply(pt.lvector("i"))


def test_the_gradient_of_the_rectifier_at_zero_is_zero():
    x = pt.vector("x")
    gradient = evaluate(pt.grad(Rectifier().apply(x).sum(), x), {x: [0.0]})
    np.testing.assert_array_equal(gradient, [0])


def test_gelu_keeps_its_precision_far_below_zero():
    x = pt.vector("x", dtype="float32")
    values = np.array([-12, -8, -5], dtype="float32")
    expected = values * stats.norm.cdf(values.astype("float64"))
    np.testing.assert_allclose(
        evaluate(GELU().apply(x), {x: values}), expected, rtol=1e-4
    )


def test_swish_is_silu():
    assert Swish is SiLU


def test_names_of_variables():
    assert Tanh().apply(pt.matrix("x")).name == "tanh_apply_output"


@pytest.mark.parametrize(
    ("make", "name"), [(LeakyRectifier, "leak"), (ELU, "alpha")], ids=str
)
def test_numbers_are_checked(make, name):
    with pytest.raises(TypeError, match=rf"^/act: {name} must be a number, got 'x'"):
        make("x", name="act")
    with pytest.raises(ValueError, match=rf"^/act: {name} must be finite, got nan"):
        make(float("nan"), name="act")


def test_approximate_is_a_bool():
    with pytest.raises(TypeError, match=r"^/gelu: approximate must be True or False"):
        GELU(approximate="tanh")


@every_activation
def test_what_every_brick_must_do(make, formula):
    check_brick(make, {"input_": np.array([[-3, -0.4, 0.2], [0.7, 2, -1.1]])})

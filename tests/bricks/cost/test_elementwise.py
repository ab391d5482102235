import numpy as np
import pytest
from pytensor import tensor as pt
from scipy import special

from brickyard.backends import evaluate
from brickyard.bricks.activations import Logistic
from brickyard.bricks.cost import (
    AbsoluteError,
    BinaryCrossEntropy,
    SquaredError,
)

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
EXTREMES = np.array([[1e4, -1e4], [-1e4, 1e4], [0, 0], [88, -104], [1e4, 1e4]])


def random(*shape):
    return np.random.default_rng(1).normal(size=shape)


def gradient_by_differences(function, x, step=1e-6):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            gradient[index] += sign * function(moved) / (2 * step)
    return gradient


class TestElementwiseErrors:
    @pytest.mark.parametrize(
        ("brick", "formula"),
        [
            (AbsoluteError, lambda y, p: abs(y - p)),
            (SquaredError, lambda y, p: (y - p) ** 2),
        ],
    )
    @pytest.mark.parametrize("shape", [(5,), (5, 3), (5, 3, 2)])
    def test_values(self, brick, formula, shape):
        y, p = (pt.tensor(n, dtype="float64", shape=(None,) * len(shape)) for n in "yp")
        values = {y: random(*shape), p: random(*shape)[::-1].copy()}
        matrix, cost = evaluate(
            [brick().cost_matrix(y, p), brick().apply(y, p)], values
        )
        expected = formula(values[y], values[p])
        np.testing.assert_allclose(matrix, expected)
        np.testing.assert_allclose(cost, expected.reshape(5, -1).sum(axis=1).mean())

    @pytest.mark.parametrize("brick", [AbsoluteError, SquaredError])
    @pytest.mark.parametrize("dtype", ["int64", "float64", "bool", "uint8"])
    def test_targets_do_not_widen_the_graph(self, brick, dtype):
        y, p = pt.matrix("y", dtype=dtype), pt.matrix("p", dtype="float32")
        assert brick().apply(y, p).dtype == "float32"
        assert brick().cost_matrix(y, p).dtype == "float32"

    @pytest.mark.parametrize("brick", [AbsoluteError, SquaredError])
    def test_gradient(self, brick):
        y, p = pt.dmatrix("y"), pt.dmatrix("p")
        targets, values = random(3, 4), random(4, 3).T.copy()
        gradient = evaluate(pt.grad(brick().apply(y, p), p), {y: targets, p: values})
        sign = np.sign(values - targets)
        full = 2 * (values - targets) if brick is SquaredError else sign
        np.testing.assert_allclose(gradient, full / 3)


class TestBinaryCrossEntropy:
    @pytest.mark.parametrize("sigmoid", [pt.sigmoid, lambda x: Logistic().apply(x)])
    @pytest.mark.parametrize("dtype", ["int8", "bool", "float32", "float64"])
    def test_extreme_logits_in_float32(self, sigmoid, dtype):
        x, y = pt.matrix("x", dtype="float32"), pt.matrix("y", dtype=dtype)
        targets = np.array([[1, 0]] * 4 + [[0, 1]], dtype)
        costs = BinaryCrossEntropy().cost_matrix(y, sigmoid(x))
        value, gradient = evaluate(
            [costs, pt.grad(costs.sum(), x)],
            {x: EXTREMES.astype("float32"), y: targets},
        )
        assert value.dtype == gradient.dtype == "float32"
        t = targets.astype("float64")
        expected = t * np.logaddexp(0, -EXTREMES) + (1 - t) * np.logaddexp(0, EXTREMES)
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-37)
        np.testing.assert_allclose(gradient, special.expit(EXTREMES) - t, atol=1e-6)

    @pytest.mark.parametrize("through_logits", [True, False])
    def test_value_and_gradient_of_soft_targets(self, through_logits):
        x, y = pt.dmatrix("x"), pt.dmatrix("y")
        p = pt.sigmoid(x) if through_logits else 1 / (1 + pt.exp(-x))
        values, targets = random(3, 4), special.expit(random(4, 3).T)
        cost = BinaryCrossEntropy().apply(y, p)
        value, gradient = evaluate([cost, pt.grad(cost, x)], {x: values, y: targets})

        def formula(x):
            q = special.expit(x)
            matrix = special.xlogy(targets, q) + special.xlog1py(1 - targets, -q)
            return -matrix.sum(axis=1).mean()

        np.testing.assert_allclose(value, formula(values))
        np.testing.assert_allclose(
            gradient, gradient_by_differences(formula, values), rtol=1e-6, atol=1e-9
        )

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_probabilities_of_exactly_zero_and_one(self, dtype):
        p, y = pt.matrix("p", dtype=dtype), pt.lmatrix("y")
        costs = BinaryCrossEntropy().cost_matrix(y, p)
        value, gradient = evaluate(
            [costs, pt.grad(costs.sum(), p)],
            {
                p: np.array([[0, 1, 0, 1]], dtype),
                y: np.array([[0, 1, 1, 0]]),
            },
        )
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()
        np.testing.assert_allclose(value[0, :2], [0, 0], atol=1e-6)
        info = np.finfo(dtype)
        np.testing.assert_allclose(
            value[0, 2:], [-np.log(info.tiny), -np.log(info.epsneg)], rtol=1e-5
        )

    def test_a_reshaped_sigmoid_is_recognised(self):
        x, y = pt.matrix("x", dtype="float32"), pt.lvector("y")
        cost = BinaryCrossEntropy().apply(y, Logistic().apply(x).flatten())
        value = evaluate(
            cost, {x: np.array([[-1e4], [1e4]], "float32"), y: np.array([1, 1])}
        )
        np.testing.assert_allclose(value, 5000)


@pytest.mark.parametrize("brick", [BinaryCrossEntropy, AbsoluteError, SquaredError])
def test_bad_shapes_and_dtypes_name_the_brick(brick):
    path = "/" + brick.__name__.lower()
    with pytest.raises(
        ValueError, match=rf"{path}\.cost_matrix: y and y_hat must have"
    ):
        brick().apply(pt.vector("y"), pt.matrix("y_hat"))
    with pytest.raises(TypeError, match=rf"{path}\.cost_matrix: y_hat must be float"):
        brick().apply(pt.matrix("y"), pt.lmatrix("y_hat"))


def test_predictions_of_width_1_are_not_stretched_to_wider_targets():
    y, y_hat = pt.matrix("y"), pt.tensor("y_hat", shape=(None, 1))
    cost = SquaredError().apply(y, y_hat)
    assert evaluate(cost, {y: np.ones((4, 1)), y_hat: np.zeros((4, 1))}) == 1
    message = r"squarederror.cost_matrix.*\n.*'y': \(4, 5\)"
    with pytest.raises(ValueError, match=message):
        evaluate(cost, {y: np.ones((4, 5)), y_hat: np.zeros((4, 1))})

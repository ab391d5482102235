import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from scipy import special

from brickyard.backends import evaluate
from brickyard.bricks.cost import (
    CategoricalCrossEntropy,
    MisclassificationRate,
)
from brickyard.bricks.softmax import Softmax

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


class TestCategoricalCrossEntropy:
    @pytest.mark.parametrize("dtype", INTEGERS)
    def test_extreme_logits_in_float32(self, dtype):
        x, y = pt.matrix("x", dtype="float32"), pt.vector("y", dtype=dtype)
        targets = np.array([1, 1, 0, 1, 0], dtype)
        cost = CategoricalCrossEntropy().apply(y, Softmax().apply(x))
        value, gradient = evaluate(
            [cost, pt.grad(cost, x)], {x: EXTREMES.astype("float32"), y: targets}
        )
        logarithms = special.log_softmax(EXTREMES, axis=1)
        expected = -logarithms[np.arange(5), targets.astype("int64")].mean()
        np.testing.assert_allclose(value, expected, rtol=1e-6)
        one_hot = np.eye(2)[targets.astype("int64")]
        np.testing.assert_allclose(
            gradient, (special.softmax(EXTREMES, axis=1) - one_hot) / 5, atol=1e-6
        )

    @pytest.mark.parametrize("through_logits", [True, False])
    @pytest.mark.parametrize("soft", [True, False])
    def test_value_and_gradient(self, through_logits, soft):
        x = pt.dmatrix("x")
        e = pt.exp(x)
        p = Softmax().apply(x) if through_logits else e / e.sum(axis=1, keepdims=True)
        y = pt.dmatrix("y") if soft else pt.lvector("y")
        values, indices = random(5, 3), np.array([0, 1, 2, 2, 1])
        weights = (
            special.softmax(random(3, 5).T, axis=1) if soft else np.eye(3)[indices]
        )
        cost = CategoricalCrossEntropy().apply(y, p)
        value, gradient = evaluate(
            [cost, pt.grad(cost, x)], {x: values, y: weights if soft else indices}
        )

        def formula(x):
            return -(weights * special.log_softmax(x, axis=1)).sum(axis=1).mean()

        np.testing.assert_allclose(value, formula(values))
        np.testing.assert_allclose(
            gradient, gradient_by_differences(formula, values), rtol=1e-6, atol=1e-9
        )

    def test_probabilities_of_exactly_zero(self):
        p, y = pt.matrix("p", dtype="float32"), pt.lvector("y")
        cost = CategoricalCrossEntropy().apply(y, p)
        value, gradient = evaluate(
            [cost, pt.grad(cost, p)],
            {p: np.array([[0, 1], [0, 1]], "float32"), y: np.array([0, 1])},
        )
        np.testing.assert_allclose(value, -np.log(np.finfo("float32").tiny) / 2)
        np.testing.assert_allclose(gradient, [[0, 0], [0, -0.5]])

    def test_more_axes(self):
        x, y = pt.dtensor3("x"), pt.lmatrix("y")
        values, targets = random(2, 3, 4), np.array([[0, 1, 2], [3, 3, 0]])
        cost = CategoricalCrossEntropy().apply(y, Softmax().apply(x))
        logarithms = special.log_softmax(values, axis=-1)
        expected = -np.take_along_axis(logarithms, targets[..., None], axis=-1).mean()
        np.testing.assert_allclose(evaluate(cost, {x: values, y: targets}), expected)

    @pytest.mark.parametrize("wrong", [-1, 2])
    def test_a_class_that_is_not_there_gives_nan(self, wrong):
        p, y = pt.matrix("p"), pt.lvector("y")
        cost = CategoricalCrossEntropy().apply(y, p)
        values = np.full((2, 2), 0.5, p.dtype)
        assert np.isnan(evaluate(cost, {p: values, y: np.array([0, wrong])}))

    def test_nan_probabilities_give_nan(self):
        p, y = pt.matrix("p"), pt.lvector("y")
        cost = CategoricalCrossEntropy().apply(y, p)
        values = np.full((1, 2), np.nan, p.dtype)
        assert np.isnan(evaluate(cost, {p: values, y: np.array([0])}))

    def test_the_name_of_the_cost(self):
        cost = CategoricalCrossEntropy().apply(pt.lvector("y"), pt.matrix("p"))
        assert cost.name == "categoricalcrossentropy_apply_cost"
        assert cost.dtype == pytensor.config.floatX

    def test_bad_targets(self):
        apply = CategoricalCrossEntropy().apply
        who = r"^/categoricalcrossentropy\.apply: "
        with pytest.raises(TypeError, match=who + "y with 2 axes must be floating"):
            apply(pt.lmatrix("y"), pt.matrix("p"))
        with pytest.raises(TypeError, match=who + "y with one axis less"):
            apply(pt.vector("y"), pt.matrix("p"))
        with pytest.raises(TypeError, match=who + "y_hat must be floating-point"):
            apply(pt.vector("y"), pt.lmatrix("p"))
        with pytest.raises(ValueError, match=who + "with scores"):
            apply(pt.lscalar("y"), pt.matrix("p"))


class TestMisclassificationRate:
    @pytest.mark.parametrize("top_k", [1, 2, 5, 200])
    @pytest.mark.parametrize("dtype", ["int16", "int64", "uint64"])
    def test_against_a_stable_sort_with_many_ties(self, top_k, dtype):
        p, y = pt.matrix("p"), pt.vector("y", dtype=dtype)
        rng = np.random.default_rng(2)
        scores = rng.integers(0, 7, size=(50, 200)).astype(p.dtype)
        targets = rng.integers(0, 200, size=50).astype(dtype)
        rate = evaluate(
            MisclassificationRate(top_k).apply(y, p), {p: scores, y: targets}
        )
        best = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
        right = (best == targets[:, None].astype("int64")).any(axis=1)
        np.testing.assert_allclose(rate, 1 - right.mean(), rtol=1e-6)

    def test_equal_scores_of_all_classes_do_not_look_perfect(self):
        p, y = pt.matrix("p"), pt.lvector("y")
        rate = evaluate(
            MisclassificationRate().apply(y, p),
            {p: np.zeros((10, 10), p.dtype), y: np.arange(10)},
        )
        np.testing.assert_allclose(rate, 0.9)

    @pytest.mark.parametrize("top_k", [1, 2, 3])
    def test_nan_is_an_error(self, top_k):
        p, y = pt.matrix("p"), pt.lvector("y")
        rate = evaluate(
            MisclassificationRate(top_k).apply(y, p),
            {p: np.full((2, 3), np.nan, p.dtype), y: np.array([0, 2])},
        )
        assert rate == 1

    def test_nan_of_another_class_ranks_above(self):
        p, y = pt.matrix("p"), pt.lvector("y")
        rates = [MisclassificationRate(k).apply(y, p) for k in (1, 2)]
        values = {p: np.array([[np.nan, 1, 0]], p.dtype), y: np.array([1])}
        assert evaluate(rates, values) == [1, 0]

    @pytest.mark.parametrize("wrong", [-1, 3, 100])
    def test_a_class_that_is_not_there_is_an_error(self, wrong):
        p, y = pt.matrix("p"), pt.lvector("y")
        scores = np.array([[-np.inf, -np.inf, 0]], p.dtype)
        rate = MisclassificationRate(3).apply(y, p)
        assert evaluate(rate, {p: scores, y: np.array([wrong])}) == 1

    def test_infinite_scores(self):
        p, y = pt.matrix("p"), pt.lvector("y")
        scores = np.array([[np.inf, 0, -np.inf]] * 3, p.dtype)
        rate = MisclassificationRate().apply(y, p)
        np.testing.assert_allclose(
            evaluate(rate, {p: scores, y: np.arange(3)}), 2 / 3, rtol=1e-6
        )

    def test_name_and_dtype(self):
        rate = MisclassificationRate().apply(pt.lvector("y"), pt.dmatrix("p"))
        assert rate.name == "misclassificationrate_apply_error_rate"
        assert rate.dtype == pytensor.config.floatX

    @pytest.mark.parametrize("top_k", [1.0, True, "1"])
    def test_top_k_is_an_integer(self, top_k):
        with pytest.raises(TypeError, match=r"^/misclassificationrate: top_k must be"):
            MisclassificationRate(top_k)

    def test_top_k_is_at_least_one(self):
        with pytest.raises(ValueError, match="top_k must be at least 1, got 0"):
            MisclassificationRate(0)

    def test_top_k_is_at_most_the_number_of_classes(self):
        p = pt.matrix("p", shape=(None, 3))
        with pytest.raises(ValueError, match="top_k=4 of 3 classes is never wrong"):
            MisclassificationRate(4).apply(pt.lvector("y"), p)

    @pytest.mark.parametrize("y", [pt.lmatrix("y"), pt.matrix("y")])
    def test_targets_are_class_indices(self, y):
        with pytest.raises(ValueError, match=r"y must be \(\.\.\.\) as class indices;"):
            MisclassificationRate().apply(y, pt.matrix("p"))


@pytest.mark.parametrize("backend", ["numba"])
def test_numba_agrees(backend):
    p, y = pt.matrix("p", dtype="float32"), pt.lvector("y")
    probabilities = Softmax().apply(p)
    outputs = [
        CategoricalCrossEntropy().apply(y, probabilities),
        MisclassificationRate(2).apply(y, probabilities),
    ]
    values = {p: EXTREMES.astype("float32"), y: np.array([1, 1, 0, 1, 0])}
    np.testing.assert_allclose(
        evaluate(outputs, values, backend=backend), evaluate(outputs, values), rtol=1e-6
    )

import numpy as np
import pytest
from pytensor import tensor as pt
from scipy import special

from brickyard.backends import evaluate
from brickyard.bricks.cost import CategoricalCrossEntropy
from brickyard.bricks.softmax import NDimensionalSoftmax, Softmax
from brickyard.graph import COST, ComputationGraph, VariableFilter, has_roles
from brickyard.testing import check_brick

EXTREMES = np.array(
    [[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [90, -90, 89.5], [0, 1e-7, 0]], "float32"
)


def logits(*shape):
    return 3 * np.random.default_rng(1).normal(size=shape)


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 5)])
def test_values(shape):
    x = pt.tensor("x", dtype="float64", shape=(None,) * len(shape))
    values = logits(*shape)
    probabilities, logarithms = evaluate(
        [Softmax().apply(x), Softmax().log_probabilities(x)], {x: values}
    )
    np.testing.assert_allclose(probabilities, special.softmax(values, axis=-1))
    np.testing.assert_allclose(logarithms, special.log_softmax(values, axis=-1))


def test_extremes_in_float32():
    x = pt.matrix("x", dtype="float32")
    probabilities, logarithms = evaluate(
        [Softmax().apply(x), Softmax().log_probabilities(x)], {x: EXTREMES}
    )
    assert probabilities.dtype == logarithms.dtype == "float32"
    np.testing.assert_allclose(
        logarithms, special.log_softmax(EXTREMES.astype("float64"), axis=1), rtol=1e-6
    )
    np.testing.assert_allclose(probabilities.sum(axis=1), np.ones(4), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_cross_entropy_with_class_indices(dtype):
    x, y = pt.dmatrix("x"), pt.vector("y", dtype=dtype)
    values, targets = logits(6, 4), np.array([0, 3, 1, 2, 2, 0], dtype)
    cost = evaluate(Softmax().categorical_cross_entropy(y, x), {x: values, y: targets})
    expected = -special.log_softmax(values, axis=1)[np.arange(6), targets]
    np.testing.assert_allclose(cost, expected)


def test_cross_entropy_with_probabilities():
    x, y = pt.dmatrix("x"), pt.matrix("y", dtype="float32")
    values = logits(6, 4)
    targets = special.softmax(logits(6, 4)[::-1], axis=1).astype("float32")
    cost = evaluate(Softmax().categorical_cross_entropy(y, x), {x: values, y: targets})
    assert cost.dtype == "float64"
    expected = -(targets * special.log_softmax(values, axis=1)).sum(axis=1)
    np.testing.assert_allclose(cost, expected)


def test_cross_entropy_over_time():
    x, y = pt.dtensor3("x"), pt.lmatrix("y")
    values, targets = logits(2, 3, 4), np.array([[0, 1, 2], [3, 3, 0]])
    cost = evaluate(Softmax().categorical_cross_entropy(y, x), {x: values, y: targets})
    picked = np.take_along_axis(
        special.log_softmax(values, axis=-1), targets[..., None], axis=-1
    )
    np.testing.assert_allclose(cost, -picked[..., 0])


@pytest.mark.parametrize("soft", [False, True])
def test_gradient_of_cross_entropy(soft):
    x = pt.dmatrix("x")
    values, indices = logits(5, 4), np.array([0, 3, 1, 2, 2])
    one_hot = np.eye(4)[indices]
    y = pt.dmatrix("y") if soft else pt.lvector("y")
    cost = Softmax().categorical_cross_entropy(y, x).sum()
    gradient = evaluate(pt.grad(cost, x), {x: values, y: one_hot if soft else indices})
    expected = special.softmax(values, axis=1) - one_hot
    np.testing.assert_allclose(gradient, expected, atol=1e-12)


def test_cross_entropy_at_extremes():
    x, y = pt.matrix("x", dtype="float32"), pt.lvector("y")
    targets = np.array([1, 0, 0, 2])
    costs = Softmax().categorical_cross_entropy(y, x)
    results = evaluate([costs, pt.grad(costs.sum(), x)], {x: EXTREMES, y: targets})
    wide = EXTREMES.astype("float64")
    logarithms = special.log_softmax(wide, axis=1)
    np.testing.assert_allclose(
        results[0], -logarithms[np.arange(4), targets], rtol=1e-6
    )
    np.testing.assert_allclose(
        results[1], special.softmax(wide, axis=1) - np.eye(3)[targets], atol=1e-6
    )


@pytest.mark.parametrize("soft", [False, True])
def test_classes_that_are_masked_out(soft):
    x = pt.dmatrix("x")
    values = np.array([[1.0, 2.0, -np.inf]])
    y = pt.dmatrix("y") if soft else pt.lvector("y")
    target = np.array([[1.0, 0.0, 0.0]]) if soft else np.array([0])
    cost = Softmax().categorical_cross_entropy(y, x).sum()
    value, gradient = evaluate([cost, pt.grad(cost, x)], {x: values, y: target})
    np.testing.assert_allclose(value, np.log1p(np.e))
    p = special.softmax(values, axis=1)
    np.testing.assert_allclose(gradient, p - [[1, 0, 0]])


def test_log_probabilities_are_an_auxiliary_variable():
    x, y = pt.matrix("x"), pt.lvector("y")
    cost = Softmax().categorical_cross_entropy(y, x)
    graph = ComputationGraph(cost)
    assert VariableFilter(name="log_probabilities")(graph.auxiliary_variables)


@pytest.mark.parametrize("method", ["apply", "log_probabilities"])
def test_input_is_checked(method):
    with pytest.raises(TypeError, match=rf"/softmax\.{method}: input_ must be float"):
        getattr(Softmax(), method)(pt.lmatrix("x"))
    with pytest.raises(ValueError, match=rf"/softmax\.{method}: input_ needs an axis"):
        getattr(Softmax(), method)(pt.scalar("x"))


def test_targets_are_checked():
    apply = Softmax().categorical_cross_entropy
    with pytest.raises(TypeError, match=r"/softmax\.categorical_cross_entropy: y with"):
        apply(pt.lmatrix("y"), pt.matrix("x"))
    with pytest.raises(
        TypeError, match=r"x must be floating-point.*targets come first"
    ):
        apply(pt.matrix("x"), pt.lvector("y"))
    with pytest.raises(ValueError, match=r"y must be .* as class indices or"):
        apply(pt.ltensor3("y"), pt.matrix("x"))


def test_extra_dimensions():
    x, y = pt.dtensor4("x"), pt.ltensor3("y")
    values, targets = logits(2, 3, 4, 5), np.arange(24).reshape((2, 3, 4)) % 5
    brick = NDimensionalSoftmax()
    probabilities, logarithms, costs = evaluate(
        [
            brick.apply(x, extra_ndim=2),
            brick.log_probabilities(x, extra_ndim=2),
            brick.categorical_cross_entropy(y, x, extra_ndim=2),
        ],
        {x: values, y: targets},
    )
    expected = special.log_softmax(values, axis=-1)
    np.testing.assert_allclose(probabilities, np.exp(expected))
    np.testing.assert_allclose(logarithms, expected)
    np.testing.assert_allclose(
        costs, -np.take_along_axis(expected, targets[..., None], axis=-1)[..., 0]
    )


def test_extra_dimensions_keep_the_cost_stable():
    x, y = pt.tensor3("x", dtype="float32"), pt.lmatrix("y")
    probabilities = NDimensionalSoftmax().apply(x, extra_ndim=1)
    cost = CategoricalCrossEntropy().apply(y, probabilities)
    value = evaluate(
        cost, {x: np.array([[[1e4, -1e4]]], "float32"), y: np.array([[1]])}
    )
    assert value == 20000


@pytest.mark.parametrize("application", ["apply", "log_probabilities"])
@pytest.mark.parametrize("brick", [Softmax, NDimensionalSoftmax])
def test_what_every_brick_must_do(brick, application):
    check_brick(brick, {"input_": logits(3, 4)}, application=application)


def test_cross_entropy_is_a_cost_if_it_is_a_scalar():
    one = Softmax().categorical_cross_entropy(pt.lscalar("y"), pt.vector("x"))
    several = Softmax().categorical_cross_entropy(pt.lvector("y"), pt.matrix("x"))
    assert has_roles(one, [COST])
    assert not has_roles(several, [COST])

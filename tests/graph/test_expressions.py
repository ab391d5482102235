import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.graph import hessian_times_vector, l2_norm


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_l2_norm_of_several_tensors(rng):
    x, y, z = pt.dmatrix("x"), pt.dscalar("y"), pt.dtensor3("z")
    values = {x: rng.normal(size=(2, 3)), y: 1.5, z: rng.normal(size=(2, 1, 4))}
    flat = np.concatenate([np.ravel(value) for value in values.values()])
    norm, squared = evaluate([l2_norm(values), l2_norm(values, squared=True)], values)
    np.testing.assert_allclose(norm, np.linalg.norm(flat), rtol=1e-12)
    np.testing.assert_allclose(squared, (flat**2).sum(), rtol=1e-12)


def test_l2_norm_keeps_single_precision():
    assert l2_norm([pt.fvector(), pt.fmatrix()]).dtype == "float32"


def test_l2_norm_of_nothing():
    with pytest.raises(ValueError, match="no tensors to take the norm of"):
        l2_norm([])
    for wrong in (pt.vector("x"), 3):
        with pytest.raises(TypeError, match="tensors must be a list of tensors, got"):
            l2_norm(wrong)


def curved(parameter, matrix):
    """A function whose Hessian is A + A^T + diag(12 p^2), for a vector p."""
    return parameter @ matrix @ parameter + (parameter**4).sum()


@pytest.mark.parametrize("r_op", [False, True])
def test_the_product_is_that_with_the_hessian(rng, r_op):
    parameter, vector = pt.dvectors("parameter", "vector")
    matrix = rng.normal(size=(4, 4))
    gradient = pytensor.grad(curved(parameter, pt.constant(matrix)), parameter)
    product = hessian_times_vector(gradient, parameter, vector, r_op=r_op)
    p, v = rng.normal(size=4), rng.normal(size=4)
    hessian = matrix + matrix.T + np.diag(12 * p**2)
    computed = evaluate(product, {parameter: p, vector: v})
    np.testing.assert_allclose(computed, hessian @ v, rtol=1e-10)


@pytest.mark.parametrize("r_op", [False, True])
def test_a_parameter_of_two_dimensions(rng, r_op):
    W, V, x = pt.dmatrices("W", "V", "x")
    gradient = pytensor.grad(pt.tanh(x @ W).sum(), W)
    product = hessian_times_vector(gradient, W, V, r_op=r_op)
    values = {W: rng.normal(size=(3, 2)), x: rng.normal(size=(5, 3))}
    direction = rng.normal(size=(3, 2))

    def gradient_at(step):
        inner = np.tanh(values[x] @ (values[W] + step * direction))
        return values[x].T @ (1 - inner**2)

    expected = (gradient_at(1e-6) - gradient_at(-1e-6)) / 2e-6
    computed = evaluate(product, {**values, V: direction})
    np.testing.assert_allclose(computed, expected, rtol=1e-6, atol=1e-8)


def test_a_vector_that_depends_on_the_parameter_is_a_constant():
    x = pt.dvector("x")
    gradient = pytensor.grad((x**3).sum(), x)
    product = hessian_times_vector(gradient, x, gradient)
    np.testing.assert_allclose(evaluate(product, {x: [1.0, 2.0]}), [18, 144])


def test_dimensions_that_do_not_fit():
    x, matrix = pt.dvector("x"), pt.dmatrix("matrix")
    gradient = pytensor.grad((x**3).sum(), x)
    with pytest.raises(TypeError, match="the vector must have the 1 dimensions of par"):
        hessian_times_vector(gradient, x, matrix)
    with pytest.raises(TypeError, match="the gradient must have the 1 dimensions"):
        hessian_times_vector(3.0, x, x)

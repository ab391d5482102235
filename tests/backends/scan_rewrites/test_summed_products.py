import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import dfs_rewriter
from pytensor.tensor.blockwise import Blockwise

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites import multiply_stacked
from brickyard.backends.scan_rewrites.summed_products import rows


def _products_left(output):
    graph = FunctionGraph(outputs=[output], copy_inputs=False)
    dfs_rewriter(multiply_stacked)(graph)
    return sum(isinstance(node.op, Blockwise) for node in graph.apply_nodes)


@pytest.mark.parametrize("batch", [(5,), (5, 2)])
def test_a_sum_of_products_is_one_product(batch):
    a = pt.tensor("a", dtype="float64", shape=(*batch, 3, 4))
    b = pt.tensor("b", dtype="float64", shape=(*batch, 4, 2))
    total = (a @ b).sum(axis=tuple(range(len(batch))))
    assert _products_left(total) == 0
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=a.type.shape), rng.normal(size=b.type.shape)
    expected = (x @ y).sum(axis=tuple(range(len(batch))))
    np.testing.assert_allclose(evaluate(total, {a: x, b: y}), expected, rtol=1e-12)


def test_the_gradient_of_a_weight_makes_no_array_of_its_size_per_step():
    x = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
    W = pt.tensor("W", dtype="float64", shape=(4, 2))
    gradient = pytensor.grad(pt.exp(x @ W).sum(), W)
    rng = np.random.default_rng(1)
    data, weights = rng.normal(size=(5, 3, 4)), rng.normal(size=(4, 2))
    expected = np.einsum("tbi,tbj->ij", data, np.exp(data @ weights))
    found = evaluate(gradient, {x: data, W: weights})
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_other_sums_of_products_stay():
    a = pt.tensor("a", dtype="float64", shape=(5, 3, 4))
    b = pt.tensor("b", dtype="float64", shape=(5, 4, 2))
    one = pt.tensor("one", dtype="float64", shape=(1, 4, 2))
    product = a @ b
    assert _products_left(product.sum(axis=1)) == 1
    assert _products_left(product.sum()) == 1
    assert _products_left(product.max(axis=0)) == 1
    assert _products_left((a @ one).sum(axis=0)) == 1
    assert _products_left(product.sum(axis=0) + product[0]) == 1


def test_rows_of_a_matrix_and_of_more_axes():
    assert rows(pt.dmatrix()).owner is None
    data = np.arange(24.0).reshape(2, 3, 4)
    x = pt.dtensor3("x")
    np.testing.assert_array_equal(evaluate(rows(x), {x: data}), data.reshape(6, 4))

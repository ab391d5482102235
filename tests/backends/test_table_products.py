import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.tensor.math import Dot

from brickyard.backends import compile
from brickyard.backends.specialise import specialise
from brickyard.backends.xla import rewrite_for_xla

TABLE, WIDTH = 5, 3
WORDS = 4, 6  # more words than rows of the table


def _values(**shapes):
    rng = np.random.default_rng(1)
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    variables = {
        name: pt.tensor(name, dtype="float64", shape=(None,) * value.ndim)
        for name, value in values.items()
    }
    return variables, values


def _inputs(words=WORDS):
    variables, values = _values(E=(TABLE, WIDTH), W=(WIDTH, 7), b=(7,))
    variables["i"] = pt.lmatrix("i")
    values["i"] = np.random.default_rng(2).integers(0, TABLE, words)
    return variables, values


def _multiplied(outputs, variables, values):
    """Return of what each product of the compiled graph has a row, table or words."""
    twins = {
        v: pt.TensorType(v.dtype, shape=values[name].shape)()
        for name, v in variables.items()
    }
    graph = pytensor.graph.FunctionGraph(
        list(twins.values()), specialise(outputs, twins), clone=False
    )
    rewrite_for_xla(graph)
    return [
        "table" if TABLE in _lengths(node) else "words"
        for node in graph.apply_nodes
        if isinstance(node.op, Dot)
    ]


def _lengths(node):
    return {length for v in [*node.inputs, *node.outputs] for length in v.type.shape}


def _computed(outputs, variables, values, backend="xla"):
    function = compile(list(variables.values()), outputs, backend=backend)
    return function(*[values[name] for name in variables])


def _projected(v):
    return pt.tanh(v["E"][v["i"]] @ v["W"] + v["b"])


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_values_and_gradients(backend):
    variables, values = _inputs()
    y = _projected(variables)
    wrt = [variables[name] for name in "EWb"]
    gradients = pytensor.grad((y**3).sum(), wrt)
    got = _computed([y, *gradients], variables, values, backend)

    E, W, b, i = (values[name] for name in "EWbi")
    x, expected = E[i], np.tanh(E[i] @ W + b)
    d = 3 * expected**2 * (1 - expected**2)
    into_table = np.zeros_like(E)
    np.add.at(into_table, i, d @ W.T)
    for each, wanted in zip(
        got,
        [
            expected,
            into_table,
            np.einsum("tbi,tbj->ij", x, d),
            d.sum(axis=(0, 1)),
        ],
        strict=True,
    ):
        np.testing.assert_allclose(each, wanted, rtol=1e-10)


def test_the_table_is_multiplied_forward_and_backward():
    variables, values = _inputs()
    y = _projected(variables)
    gradients = pytensor.grad(
        (y**3).sum(), [variables["E"], variables["W"], variables["b"]]
    )
    assert _multiplied([y, *gradients], variables, values) == ["table"] * 3


def test_fewer_words_than_the_table_has_are_multiplied_themselves():
    variables, values = _inputs(words=(2, 2))
    y = _projected(variables)
    gradients = pytensor.grad((y**3).sum(), [variables["E"], variables["W"]])
    assert _multiplied([y, *gradients], variables, values) == ["words"] * 3


def test_two_projections_of_the_same_words_share_the_way_back():
    variables, values = _inputs()
    more, more_values = _values(V=(WIDTH, 2))
    variables |= more
    values |= more_values
    x = variables["E"][variables["i"]]
    cost = pt.exp(x @ variables["W"]).sum() + pt.tanh(x @ variables["V"]).sum()
    gradient = pytensor.grad(cost, variables["E"])
    assert _multiplied([cost, gradient], variables, values) == ["table"] * 4
    (got,) = _computed([gradient], variables, values)
    E, W, V, i = (values[name] for name in "EWVi")
    d = np.exp(E[i] @ W) @ W.T + (1 - np.tanh(E[i] @ V) ** 2) @ V.T
    wanted = np.zeros_like(E)
    np.add.at(wanted, i, d)
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_what_is_added_up_besides_products_stays():
    variables, values = _inputs()
    x = variables["E"][variables["i"]]
    cost = pt.exp(x @ variables["W"]).sum() + (x**3).sum()
    gradient = pytensor.grad(cost, variables["E"])
    (got,) = _computed([gradient], variables, values)
    E, W, i = (values[name] for name in "EWi")
    wanted = np.zeros_like(E)
    np.add.at(wanted, i, np.exp(E[i] @ W) @ W.T + 3 * E[i] ** 2)
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_products_with_the_rows_on_the_right():
    variables, values = _inputs()
    more, more_values = _values(G=(24, 2))
    variables, values = variables | more, values | more_values
    x = variables["E"][variables["i"].flatten()]
    product = pt.dot(variables["G"].T, x)
    (got,) = _computed([product], variables, values)
    wanted = values["G"].T @ values["E"][values["i"].flatten()]
    np.testing.assert_allclose(got, wanted, rtol=1e-10)
    assert _multiplied([product], variables, values) == ["table"]


def test_an_index_outside_the_table_is_still_nan():
    variables, values = _inputs()
    values["i"][1, 2] = TABLE
    (y,) = _computed([_projected(variables)], variables, values)
    assert np.isnan(y[1, 2]).all()
    assert np.isfinite(np.delete(y.reshape(-1, 7), 8, axis=0)).all()

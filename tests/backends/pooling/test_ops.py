from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, compile, evaluate
from brickyard.backends.convolution import geometry
from brickyard.backends.pooling import reference
from brickyard.backends.pooling.ops import (
    Largest,
    PickAtLargest,
    PlaceAtLargest,
    Spread,
    Total,
)

CASES = {
    "apart": ((2, 6, 4, 3), (2, 2), {"strides": 2}),
    "overlapping": ((2, 7, 6, 3), (3, 2), {"strides": (2, 1)}),
    "padded": ((2, 5, 6, 2), (3, 3), {"strides": 2, "padding": ((1, 2), (1, 0))}),
    "left over": ((2, 7, 7, 2), (2, 2), {"strides": 2}),
    "large": ((1, 8, 9, 2), (6, 6), {"strides": (1, 2)}),
    "one axis": ((2, 9, 3), (3,), {"strides": 2, "padding": 1}),
    "three axes": ((1, 4, 5, 4, 2), (2, 2, 2), {"strides": (2, 1, 2)}),
}
EVERYWHERE = [
    *(pytest.param(case, "xla", id=f"{case}, xla") for case in CASES),
    *(pytest.param(c, "numba", id=f"{c}, numba") for c in ("padded", "one axis")),
]


def arrays(case):
    shape, window, arguments = CASES[case]
    how = geometry(len(window), window, **arguments)
    images = np.random.default_rng(0).normal(size=shape)
    pooled = np.random.default_rng(1).normal(
        size=reference.total(images, window, how).shape
    )
    return images, pooled, window, how


def variables(*values):
    return [pt.tensor(dtype="float64", shape=(None,) * v.ndim) for v in values]


@pytest.mark.parametrize(("case", "backend"), EVERYWHERE)
def test_all_operations_agree_with_the_reference(case, backend):
    images, pooled, window, how = arrays(case)
    x, g = variables(images, pooled)
    values = evaluate(
        [
            Largest(window, how)(x),
            PlaceAtLargest(window, how)(g, x),
            PickAtLargest(window, how)(2 * x + 1, x),
            Total(window, how)(x),
            Spread(window, how)(g, x),
        ],
        {x: images, g: pooled},
        backend,
    )
    largest, places = reference.largest(images, window, how)
    shape = images.shape
    for value, expected in zip(
        values,
        [
            largest,
            reference.place(pooled, places, shape, window, how),
            reference.pick(2 * images + 1, places, window, how),
            reference.total(images, window, how),
            reference.spread(pooled, shape, window, how),
        ],
        strict=True,
    ):
        np.testing.assert_allclose(value, expected, atol=1e-12)


@pytest.mark.parametrize("case", ["overlapping", "padded", "one axis"])
def test_gradients_and_their_gradients(case):
    images, pooled, window, how = arrays(case)
    rng = np.random.default_rng(3)
    for expression, operands in [
        (Largest(window, how), [images]),
        (Total(window, how), [images]),
        (lambda g: PlaceAtLargest(window, how)(g, pt.constant(images)), [pooled]),
        (lambda v: PickAtLargest(window, how)(v, pt.constant(images)), [images]),
        (lambda g: Spread(window, how)(g, pt.constant(images)), [pooled]),
    ]:
        pytensor.gradient.verify_grad(expression, operands, rng=rng, mode="JAX")


def test_the_first_of_several_largest_counts(backend):
    x = pt.dtensor4("x")
    y = Largest((2, 2), geometry(2, (2, 2), 2))(x)
    (gradient,) = (pytensor.grad(y.sum(), [x]),)
    value = evaluate(gradient, {x: np.zeros((1, 2, 2, 1))}, backend)
    assert np.asarray(value).ravel().tolist() == [1, 0, 0, 0]


def test_nan_is_not_swallowed(backend):
    images = np.array([1.0, np.nan, 3.0, 4.0]).reshape(1, 4, 1)
    x = pt.dtensor3("x")
    y = Largest((2,), geometry(1, (2,), 2))(x)
    value = evaluate(y, {x: images}, backend).ravel()
    assert np.isnan(value[0])
    assert value[1] == 4


def test_shapes_are_known_and_float32_stays(backend):
    x = pt.tensor("x", dtype="float32", shape=(None, 9, None, 3))
    how = geometry(2, (3, 3), 2)
    y = Largest((3, 3), how)(x)
    assert y.type.shape == (None, 4, None, 3)
    gradient = pytensor.grad(y.sum(), x)
    assert gradient.type.shape == x.type.shape
    values = {x: np.ones((2, 9, 7, 3), "float32")}
    shape, value, back = evaluate([y.shape, y, gradient], values, backend)
    assert shape.tolist() == [2, 4, 3, 3]
    assert value.dtype == back.dtype == "float32"


def test_wrong_operands_are_refused():
    how = geometry(2, (3, 3))
    with pytest.raises(TypeError, match="pooling over 2 axes takes floating-point"):
        Total((3, 3), how)(pt.itensor4("x"))
    with pytest.raises(ValueError, match=r"window of \(3, 3\) does not fit"):
        Largest((3, 3), how)(pt.tensor("x", shape=(None, 2, 8, 1)))


def test_a_window_too_large_for_the_batch_is_refused():
    x = pt.tensor4("x")
    function = compile([x], Largest((3, 3), geometry(2, (3, 3)))(x))
    with pytest.raises(ComputationError, match="does not fit into an image of"):
        function(np.ones((1, 2, 5, 1), "float32"))

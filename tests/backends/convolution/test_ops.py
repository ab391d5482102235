from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, compile, evaluate
from brickyard.backends.convolution import convolution, geometry
from brickyard.backends.convolution.ops import (
    Convolution,
    FilterGradient,
    ImageGradient,
)

CASES = {
    "plain": ((2, 7, 6, 3), (3, 2, 3, 4), {}),
    "one channel": ((2, 7, 6, 1), (3, 3, 1, 4), {"padding": "half"}),
    "strided": ((2, 9, 8, 3), (3, 3, 3, 2), {"strides": (2, 3)}),
    "padded": ((2, 5, 6, 2), (3, 4, 2, 3), {"padding": ((1, 2), (0, 3))}),
    "full": ((1, 4, 5, 2), (3, 2, 2, 3), {"padding": "full", "strides": 2}),
    "dilated": ((2, 9, 8, 2), (3, 2, 2, 3), {"dilation": (2, 3), "padding": 1}),
    "grouped": ((2, 6, 5, 4), (3, 3, 2, 6), {"groups": 2, "padding": "half"}),
    "depthwise": ((2, 6, 5, 3), (3, 3, 1, 6), {"groups": 3, "strides": 2}),
    "many channels": ((2, 5, 5, 40), (3, 3, 40, 3), {"padding": "half"}),
    "one axis": ((2, 9, 3), (4, 3, 2), {"strides": 2, "padding": "full"}),
    "three axes": ((1, 4, 5, 4, 2), (2, 3, 2, 2, 3), {"strides": (1, 2, 1)}),
    "one by one": ((2, 4, 4, 5), (1, 1, 5, 3), {"strides": 2}),
    "empty batch": ((0, 5, 5, 2), (3, 3, 2, 3), {}),
}
# numba takes seconds for each; these reach every branch of its code.
ON_NUMBA = ["dilated", "grouped", "one axis", "three axes"]
EVERYWHERE = [
    *(pytest.param(case, "xla", id=f"{case}, xla") for case in CASES),
    *(pytest.param(case, "numba", id=f"{case}, numba") for case in ON_NUMBA),
]


def by_definition(images, filters, how):
    """Sum over window and channels, one position after another."""
    padded = np.pad(images, ((0, 0), *how.padding, (0, 0)))
    window = filters.shape[:-2]
    lengths = [
        (length - d * (size - 1) - 1) // s + 1
        for length, size, s, d in zip(
            padded.shape[1:-1], window, how.strides, how.dilation, strict=True
        )
    ]
    per_group, each = filters.shape[-2], filters.shape[-1] // how.groups
    out = np.zeros((len(images), *lengths, filters.shape[-1]))
    for position in np.ndindex(*lengths):
        seen = tuple(
            slice(p * s, p * s + d * (size - 1) + 1, d)
            for p, s, d, size in zip(
                position, how.strides, how.dilation, window, strict=True
            )
        )
        for kind in range(filters.shape[-1]):
            first = kind // each * per_group
            part = padded[(slice(None), *seen, slice(first, first + per_group))]
            axes = tuple(range(1, part.ndim))
            out[(slice(None), *position, kind)] = (part * filters[..., kind]).sum(axes)
    return out


def arrays(case, seed=0):
    images, filters, arguments = CASES[case]
    rng = np.random.default_rng(seed)
    how = geometry(len(images) - 2, filters[:-2], **arguments)
    return rng.normal(size=images), rng.normal(size=filters), how


def variables(*values):
    return [pt.tensor(dtype="float64", shape=(None,) * v.ndim) for v in values]


@pytest.mark.parametrize(("case", "backend"), EVERYWHERE)
def test_values_agree_with_the_definition(case, backend):
    images, filters, how = arrays(case)
    x, w = variables(images, filters)
    value = evaluate(Convolution(how)(x, w), {x: images, w: filters}, backend)
    np.testing.assert_allclose(value, by_definition(images, filters, how), atol=1e-12)


@pytest.mark.parametrize(("case", "backend"), EVERYWHERE)
def test_gradients_are_those_of_a_bilinear_map(case, backend):
    """Moving by any step changes <y, g> by exactly the product with the gradient."""
    images, filters, how = arrays(case)
    step_x, step_w, _ = arrays(case, seed=1)
    gradient = np.random.default_rng(2).normal(
        size=by_definition(images, filters, how).shape
    )
    x, w, g = variables(images, filters, gradient)
    cost = (Convolution(how)(x, w) * g).sum()
    dx, dw = evaluate(
        pytensor.grad(cost, [x, w]), {x: images, w: filters, g: gradient}, backend
    )
    along_x = (by_definition(step_x, filters, how) * gradient).sum()
    along_w = (by_definition(images, step_w, how) * gradient).sum()
    np.testing.assert_allclose((dx * step_x).sum(), along_x, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose((dw * step_w).sum(), along_w, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", ["strided", "grouped", "one axis"])
def test_gradients_of_gradients(case):
    images, filters, how = arrays(case)
    gradient = np.random.default_rng(2).normal(
        size=by_definition(images, filters, how).shape
    )
    for op, operands in [
        (Convolution(how), (images, filters)),
        (ImageGradient(how), (gradient, filters, images)),
        (FilterGradient(how), (images, gradient, filters)),
    ]:
        like = operands[2:]

        def with_like(first, second, op=op, like=like):
            return op(first, second, *map(pt.constant, like))

        pytensor.gradient.verify_grad(
            with_like, list(operands[:2]), rng=np.random.default_rng(3), mode="JAX"
        )


def test_shapes_are_known_as_far_as_those_of_the_operands():
    x = pt.tensor("x", shape=(None, 28, None, 3))
    w = pt.tensor("w", shape=(5, 5, 3, 8))
    y = convolution(x, w, strides=2, padding="half")
    assert y.type.shape == (None, 14, None, 8)
    dx, dw = pytensor.grad(y.sum(), [x, w])
    assert dx.type.shape == x.type.shape
    assert dw.type.shape == w.type.shape


def test_shapes_can_be_asked_for_without_the_values(backend):
    x, w = pt.tensor4("x"), pt.tensor4("w")
    shape = convolution(x, w, strides=3).shape
    values = {
        x: np.zeros((2, 9, 7, 3), "float32"),
        w: np.zeros((3, 3, 3, 5), "float32"),
    }
    assert evaluate(shape, values, backend).tolist() == [2, 3, 2, 5]


def test_float32_stays_float32(backend):
    x, w = pt.tensor4("x", dtype="float32"), pt.tensor4("w", dtype="float32")
    outputs = [convolution(x, w), *pytensor.grad(convolution(x, w).sum(), [x, w])]
    values = {x: np.ones((1, 4, 4, 2), "float32"), w: np.ones((3, 3, 2, 2), "float32")}
    assert {str(v.dtype) for v in evaluate(outputs, values, backend)} == {"float32"}


@pytest.mark.parametrize(
    ("images", "filters", "arguments", "message"),
    [
        ((2, 8, 8, 3), (3, 3, 4, 5), {}, "images have 3 channels, and .* for 4"),
        ((2, 8, 8, 3), (3, 3, 3, 5), {"groups": 3}, "are for 9, 3 in each of 3 groups"),
        ((2, 8, 8, 4), (3, 3, 2, 5), {"groups": 2}, "5 filters cannot be divided"),
        ((2, 4, 8, 3), (5, 5, 3, 5), {}, r"window of \(5, 5\).* does not fit"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(images, filters, arguments, message):
    x, w = pt.tensor("x", shape=images), pt.tensor("w", shape=filters)
    with pytest.raises(ValueError, match=message):
        convolution(x, w, **arguments)


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="takes floating-point arrays of 4 dimensions"):
        convolution(pt.itensor4("x"), pt.tensor4("w"))


@pytest.mark.parametrize("op", [ImageGradient, FilterGradient])
def test_a_gradient_of_another_shape_is_refused(op):
    x = pt.tensor("x", shape=(2, 8, 8, 3))
    w = pt.tensor("w", shape=(3, 3, 3, 4))
    g = pt.tensor("g", shape=(2, 5, 6, 4))
    operands = (g, w, x) if op is ImageGradient else (x, g, w)
    with pytest.raises(ValueError, match=r"takes \(6, 6\) positions .* has \(5, 6\)"):
        op(geometry(2, (3, 3)))(*operands)


def test_a_shape_that_comes_with_the_batch_is_refused_by_name():
    x, w = pt.tensor4("x"), pt.tensor4("w")
    function = compile([x, w], convolution(x, w))
    with pytest.raises(ComputationError, match="images have 2 channels"):
        function(np.ones((1, 4, 4, 2), "float32"), np.ones((3, 3, 3, 2), "float32"))

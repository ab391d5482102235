from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import toposort
from pytensor.tensor.basic import Alloc

from brickyard.backends import evaluate
from brickyard.backends.folding import folded
from brickyard.backends.specialise import specialise


def test_shapes_that_are_known():
    x = pt.tensor("x", shape=(3, 4))
    [shape] = folded(x.shape.owner)
    assert isinstance(shape, Constant)
    assert shape.data.tolist() == [3, 4]
    assert shape.type.dtype == "int64"


@pytest.mark.parametrize(
    "variable",
    [
        pt.tensor("x", shape=(3, None)).shape,
        pt.tensor("x", shape=(3,)) + 1,
        pt.constant(np.ones(3)) + 1,
        pt.constant(np.arange(100)) + 1,
    ],
)
def test_what_is_no_length_is_left_alone(variable):
    assert folded(variable.owner) is None


def test_arithmetic_of_lengths_becomes_constants():
    x = pt.tensor("x", shape=(None, None))
    half, rows = x.shape[0] // 2, x.shape[0] * x.shape[1]
    outputs = [pt.zeros((half + 1, 2)), x.reshape((rows,)), pt.arange(half)]
    twin = pt.tensor("x", shape=(6, 5))
    rebuilt = specialise(outputs, {x: twin})
    assert [v.type.shape for v in rebuilt] == [(4, 2), (30,), (3,)]
    allocations = [n for n in toposort(rebuilt) if isinstance(n.op, Alloc)]
    assert all(isinstance(v, Constant) for v in allocations[0].inputs)


def test_values_stay_the_same(backend):
    x = pt.matrix("x")
    padded = pt.zeros((x.shape[0] + 2, x.shape[1]))
    y = pt.set_subtensor(padded[1 : x.shape[0] + 1], x) * pt.max(x.shape)
    value = evaluate(y, {x: np.ones((2, 3))}, backend)
    np.testing.assert_array_equal(value, [[0] * 3, [3] * 3, [3] * 3, [0] * 3])

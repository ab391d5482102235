import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, compile, evaluate
from brickyard.backends.lowering import lower


def test_results_have_the_declared_dtype_whatever_jax_promotes_to():
    x, n = pt.vector("x"), pt.bvector("n")
    outputs = [x * n, x / 3, n * np.float32(0.5), pt.eq(x, 1).sum()]
    got = evaluate(outputs, {x: [1.0, 2.0], n: np.int8([3, 4])})
    assert [value.dtype for value in got] == [output.dtype for output in outputs]
    np.testing.assert_array_equal(got[2], [1.5, 2.0])


def test_operations_jax_does_not_have_are_named():
    x = pt.vector("x")
    with pytest.raises(ComputationError, match=r"Nonzero.*backend='numba'"):
        evaluate(x.nonzero()[0], {x: [1.0, 0.0]})


def test_lowering_can_be_traced_by_hand():
    from pytensor.graph.fg import FunctionGraph

    x = pt.vector("x")
    graph = FunctionGraph([x], [x, x + 1, x + 1], clone=False)
    same, first, second = lower(graph)(np.float32([1, 2]))
    assert np.asarray(same).tolist() == [1, 2]
    assert np.asarray(first).tolist() == np.asarray(second).tolist() == [2, 3]


def test_constants_are_outputs_too():
    assert float(compile([], pt.constant(np.float32(2)))()) == 2

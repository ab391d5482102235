import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate


def test_sums_in_float64_are_computed_in_float64(backend):
    x = pt.vector("x")
    values = np.full(100_000, 0.1, "float32")
    total = compile([x], x.sum(dtype="float64"), backend=backend)(values)
    assert float(total) == pytest.approx(values.astype("float64").sum(), rel=1e-12)


def test_an_index_outside_its_axis_gives_nan():
    x, i = pt.matrix("x"), pt.lvector("i")
    rows = evaluate(x[i], {x: np.eye(3), i: [0, -1, 3, -4]})
    np.testing.assert_array_equal(rows[:2], np.eye(3)[[0, -1]])
    assert np.isnan(rows[2:]).all()


def test_indices_inside_agree_with_numpy():
    x, i, j = pt.tensor3("x"), pt.lvector("i"), pt.lvector("j")
    array = np.arange(60.0).reshape(3, 4, 5)
    rows, columns = np.array([0, 2]), np.array([3, -1])
    values = {x: array, i: rows, j: columns}
    for build in (
        lambda x, i, j: x[i],
        lambda x, i, j: x[i, j],
        lambda x, i, j: x[:, i, 1:3],
        lambda x, i, j: x[1:, 2, j],
        lambda x, i, j: x[i, :, j],
    ):
        got = evaluate(build(x, i, j), values)
        np.testing.assert_array_equal(got, build(array, rows, columns))

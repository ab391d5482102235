import pytest
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites.row_ranges import Rows, rows_read

X = pt.tensor("x", dtype="float64", shape=(6, 3))


@pytest.mark.parametrize(
    ("rows", "positions"),
    [
        (X, range(6)),
        (X[1:], range(1, 6)),
        (X[::-1], range(5, -1, -1)),
        (X[:-1][::-1], range(4, -1, -1)),
        (X[::-1][:-1], range(5, 0, -1)),
        (X[1:][::2][:2], range(1, 5, 2)),
    ],
)
def test_slices_of_slices(rows, positions):
    assert rows_read(rows) == Rows(X, positions)


def test_other_arrays_are_read_whole():
    for other in (X + 1, X[:, 1:], X.T[:, ::-1].T):
        assert rows_read(other) == Rows(other, range(6))


def test_a_length_that_is_not_known():
    assert rows_read(pt.dmatrix()) is None
    assert rows_read(X[: pt.lscalar("n")]) is None

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.datasets.indexing import as_selection, protect, take_examples


def select(request, n=10):
    return as_selection(request, n, "dataset")


def test_neighbours_become_slices():
    assert select(range(2, 5)) == slice(2, 5)
    assert select(slice(2, None)) == slice(2, 10)
    assert select(slice(None)) == slice(0, 10)
    assert select(range(0)) == slice(0, 0)
    assert select(range(5, 3)) == slice(5, 5)


def test_other_orders_become_arrays():
    np.testing.assert_array_equal(select(range(4, 0, -2)), [4, 2])
    np.testing.assert_array_equal(select(slice(1, 6, 2)), [1, 3, 5])
    np.testing.assert_array_equal(select([3, 1]), [3, 1])
    assert select([3, 1]).dtype == np.int64
    assert select(np.array([1], dtype=np.uint8)).dtype == np.int64
    assert select([]).shape == (0,)


def test_single_examples():
    assert select(3) == 3
    assert type(select(np.int64(3))) is int


@pytest.mark.parametrize(
    ("request_", "worst"),
    [
        (10, 10),
        (-1, -1),
        (range(8, 11), 10),
        (range(-1, 3), -1),
        (range(3, -2, -1), -1),
        (slice(5, 20), 19),
        (slice(-3, None), -3),
        ([0, 10], 10),
        ([0, -2], -2),
    ],
)
def test_out_of_range(request_, worst):
    with pytest.raises(
        IndexError, match=rf"dataset has 10 examples and got .* example {worst};"
    ):
        select(request_)


@pytest.mark.parametrize("request_", [None, True, "abc", b"abc", np.True_])
def test_not_indices(request_):
    with pytest.raises(TypeError, match=r"needs a request for indices.*scheme"):
        select(request_)


@pytest.mark.parametrize("request_", [[0.5], [[1, 2]], [True, False], 1.5])
def test_wrong_arrays(request_):
    with pytest.raises(
        TypeError, match=r"dataset needs a request for indices.*of shape"
    ):
        select(request_)


@given(st.lists(st.integers(0, 9), max_size=12))
def test_taking_is_indexing(indices):
    array = np.arange(30.0).reshape(10, 3)
    letters = "abcdefghij"
    np.testing.assert_array_equal(
        take_examples(array, select(indices)),
        array[np.asarray(indices, dtype=np.int64)],
    )
    assert take_examples(letters, select(indices)) == [letters[i] for i in indices]


def test_slices_of_arrays_are_views():
    array = np.arange(10)
    assert np.shares_memory(take_examples(array, select(range(2, 5))), array)
    assert not np.shares_memory(take_examples(array, select([2, 3])), array)


def test_protect():
    array = np.zeros(3)
    view = protect(array)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    array[0] = 1
    assert protect("abc") == "abc"

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.datasets import Subset


@st.composite
def subsets(draw, total):
    if draw(st.booleans()):
        start = draw(st.integers(0, total))
        return Subset(slice(start, draw(st.integers(start, total))), total)
    indices = draw(st.lists(st.integers(0, total - 1), unique=True))
    return Subset(indices, total)


def test_slices():
    subset = Subset(slice(2, None), 5)
    assert subset.num_examples == 3
    assert not subset.is_list
    assert subset.bounds == (2, 5)
    assert subset.get_list_representation() == [2, 3, 4]
    assert repr(subset) == "Subset(slice(2, 5, None), 5)"


def test_lists():
    subset = Subset([4, 0, 3], 5)
    assert subset.is_list
    assert subset.num_examples == 3
    assert subset.get_list_representation() == [4, 0, 3]
    assert repr(subset) == "Subset([4, 0, 3], 5)"
    with pytest.raises(ValueError, match="is a list and has no bounds"):
        subset.bounds  # noqa: B018


def test_contiguous_lists_become_slices():
    assert Subset([2, 3], 5) == Subset(slice(2, 4), 5)
    assert not Subset([2, 3], 5).is_list
    assert Subset([3, 2], 5) != Subset([2, 3], 5)
    assert Subset([2], 5) != 2


def test_empty():
    subset = Subset.empty_subset(5)
    assert subset.is_empty
    assert subset == Subset([], 5)
    assert subset.get_list_representation() == []
    assert not Subset(slice(0, 1), 5).is_empty


@pytest.mark.parametrize("bounds", [slice(-1, 3), slice(0, 6), slice(3, 2)])
def test_slices_beyond_the_object(bounds):
    with pytest.raises(ValueError, match="must lie within the 5 examples and not end"):
        Subset(bounds, 5)


def test_slice_with_a_step():
    with pytest.raises(ValueError, match="must have a step of 1"):
        Subset(slice(0, 4, 2), 5)


def test_wrong_lists():
    with pytest.raises(ValueError, match="between 0 and 4, got 1 to 5"):
        Subset([1, 5], 5)
    with pytest.raises(ValueError, match="between 0 and 4, got -1 to 1"):
        Subset([1, -1], 5)
    with pytest.raises(ValueError, match="must differ, got duplicates"):
        Subset([1, 3, 1], 5)
    with pytest.raises(TypeError, match="a slice or a list of integers, got list"):
        Subset([0.5], 5)
    with pytest.raises(TypeError, match="a slice or a list of integers, got int"):
        Subset(3, 5)


@given(subsets(8), subsets(8))
def test_sum_has_each_example_once(one, other):
    total = (one + other).get_list_representation()
    mine, others = one.get_list_representation(), other.get_list_representation()
    assert sorted(total) == sorted({*mine, *others})


def test_sums():
    assert Subset(slice(3, 5), 9) + Subset(slice(0, 3), 9) == Subset(slice(0, 5), 9)
    assert Subset(slice(0, 4), 9) + Subset(slice(1, 2), 9) == Subset(slice(0, 4), 9)
    apart = Subset(slice(4, 6), 9) + Subset(slice(0, 2), 9)
    assert apart.get_list_representation() == [4, 5, 0, 1]
    with pytest.raises(ValueError, match="one has 9 examples, the other 8"):
        Subset([1], 9) + Subset([1], 8)


@given(st.data())
def test_requests_within_a_subset(data):
    subset = data.draw(subsets(8))
    array = np.arange(8) * 10
    mine = array[np.asarray(subset.get_list_representation(), dtype=np.int64)]
    places = st.integers(0, subset.num_examples - 1)
    if not subset.is_empty:
        index = data.draw(places)
        assert subset.index_within_subset(array, index) == mine[index]
        request = data.draw(st.lists(places))
        for sort in (False, True):
            found = subset.index_within_subset(array, request, sort_indices=sort)
            np.testing.assert_array_equal(found, mine[np.array(request, np.int64)])
    for sort in (False, True):
        found = subset.index_within_subset(array, slice(None), sort_indices=sort)
        np.testing.assert_array_equal(found, mine)


def test_requests_beyond_a_subset():
    with pytest.raises(IndexError, match=r"the subset has 2 examples .* example 2"):
        Subset(slice(1, 3), 8).index_within_subset(np.arange(8), 2)


@given(st.data())
def test_subset_of_a_subset(data):
    outer = data.draw(subsets(8))
    if outer.is_empty:
        return
    inner = data.draw(subsets(outer.num_examples))
    chosen = inner.get_list_representation()
    combined = Subset.subset_of(outer, chosen).get_list_representation()
    listed = outer.get_list_representation()
    assert combined == [listed[place] for place in chosen]


def test_sorted_fancy_indexing_reads_in_increasing_order():
    class Increasing:
        def __getitem__(self, indices):
            assert (np.diff(indices) > 0).all()
            return np.arange(10)[indices] ** 2

    found = Subset.sorted_fancy_indexing(Increasing(), [5, 2, 5, 9])
    np.testing.assert_array_equal(found, [25, 4, 25, 81])

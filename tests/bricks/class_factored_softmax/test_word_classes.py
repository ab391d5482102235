import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.bricks.class_factored_softmax import balanced_classes, equal_size_classes

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


@given(COUNTS, st.data())
def test_equal_sizes(counts, data):
    number = data.draw(st.integers(1, len(counts)))
    classes = equal_size_classes(counts, number)
    sizes = np.bincount(classes, minlength=number)
    assert len(sizes) == number
    assert sizes.max() - sizes.min() <= 1
    for one in range(number - 1):
        frequent = min(c for c, k in zip(counts, classes, strict=True) if k == one)
        rare = max(c for c, k in zip(counts, classes, strict=True) if k == one + 1)
        assert frequent >= rare


@given(COUNTS.filter(any), st.data())
def test_balanced(counts, data):
    number = data.draw(st.integers(1, len(counts)))
    classes = balanced_classes(counts, number)
    assert sorted(set(classes)) == list(range(max(classes) + 1))
    assert max(classes) < number
    # Sorted by frequency, classes do not go down, and none has more than its share
    # plus its largest word.
    order = np.argsort(-np.array(counts), kind="stable")
    assert (np.diff(classes[order]) >= 0).all()
    mass = np.bincount(classes, weights=counts)
    largest = [max(np.array(counts)[classes == k]) for k in range(len(mass))]
    assert (mass <= sum(counts) / number + np.array(largest) + 1e-6).all()


def test_default_number_is_the_square_root():
    assert equal_size_classes(np.ones(100)).max() == 9
    assert equal_size_classes(np.ones(101)).max() == 10
    assert equal_size_classes([3]).tolist() == [0]
    assert balanced_classes(np.ones(100)).max() == 9


def test_ties_go_by_index():
    assert equal_size_classes([1, 1, 1, 1], 2).tolist() == [0, 0, 1, 1]


def test_zipf():
    counts = 1e6 / np.arange(1, 1001)
    mass = np.bincount(balanced_classes(counts, 10), weights=counts)
    assert mass.max() / mass.min() < 3


@pytest.mark.parametrize("function", [equal_size_classes, balanced_classes])
def test_bad_arguments(function):
    name = function.__name__
    with pytest.raises(TypeError, match=f"{name} needs numbers as counts, got <U"):
        function(["a"])
    with pytest.raises(ValueError, match=r"one count for each word, .*\(1, 2\)"):
        function([[1, 2]])
    with pytest.raises(ValueError, match=r"one count for each word, .*\(0,\)"):
        function(np.zeros(0))
    with pytest.raises(ValueError, match=r"at least 0, got -1 for word 1"):
        function([1, -1])
    with pytest.raises(ValueError, match=r"finite counts of at least 0, got nan"):
        function([1.0, np.nan])
    with pytest.raises(TypeError, match=r"num_classes must be an integer, got 2.0"):
        function([1, 2], 2.0)
    with pytest.raises(ValueError, match=r"from 1 to the number of words, 2, got 3"):
        function([1, 2], 3)


def test_nothing_occurs():
    with pytest.raises(ValueError, match="needs a word that occurs"):
        balanced_classes([0, 0])

import numpy as np
import pytest

from brickyard.datasets.ordering import (
    as_indices,
    as_seed,
    positive_number,
    shuffled,
    whole_number,
)


def test_neighbours_are_ranges():
    assert as_indices(4, "s") == range(4)
    assert as_indices(np.int32(4), "s") == range(4)
    assert as_indices(range(2, 6), "s") == range(2, 6)
    assert as_indices([2, 3, 4], "s") == range(2, 5)
    assert as_indices([], "s") == range(0)


def test_other_orders_are_arrays():
    indices = as_indices(range(6, 0, -2), "s")
    np.testing.assert_array_equal(indices, [6, 4, 2])
    assert indices.dtype == np.int64


def test_given_array_is_copied():
    given = np.array([3, 1, 2])
    indices = as_indices(given, "s")
    given[:] = 0
    np.testing.assert_array_equal(indices, [3, 1, 2])


@pytest.mark.parametrize("examples", ["abc", None, 1.5, iter([1])])
def test_examples_of_a_wrong_kind(examples):
    with pytest.raises(
        TypeError, match="examples of s must be an integer or a sequence"
    ):
        as_indices(examples, "s")


def test_examples_of_a_wrong_shape_or_type():
    with pytest.raises(TypeError, match=r"something of shape \(1, 2\)"):
        as_indices([[1, 2]], "s")
    with pytest.raises(TypeError, match="values of type float64"):
        as_indices([0.5], "s")
    with pytest.raises(TypeError, match="examples of s must be an integer, got True"):
        as_indices(True, "s")


def test_negative_examples():
    with pytest.raises(ValueError, match="examples of s must not be negative, got -3"):
        as_indices(-3, "s")
    with pytest.raises(ValueError, match="must not be negative, got index -1"):
        as_indices([2, -1], "s")
    with pytest.raises(ValueError, match="must not be negative, got index -1"):
        as_indices(range(-1, 3), "s")


def test_shuffling_is_a_function_of_seed_and_epoch():
    first = shuffled(range(100), 1, 0)
    np.testing.assert_array_equal(first, shuffled(range(100), 1, 0))
    np.testing.assert_array_equal(np.sort(first), np.arange(100))
    assert not np.array_equal(first, shuffled(range(100), 1, 1))
    assert not np.array_equal(first, shuffled(range(100), 2, 0))
    assert first.dtype == np.int64
    expected = np.random.default_rng([1, 0]).permutation(np.arange(100))
    np.testing.assert_array_equal(first, expected)


def test_seeds():
    assert as_seed(None, "s") == 1
    assert as_seed(0, "s") == 0
    with pytest.raises(TypeError, match="seed of s must be an integer, got 'a'"):
        as_seed("a", "s")
    with pytest.raises(ValueError, match="seed of s must not be negative, got -1"):
        as_seed(-1, "s")


def test_numbers():
    assert type(whole_number(np.int8(3), "n", "s")) is int
    assert positive_number(1, "n", "s") == 1
    with pytest.raises(ValueError, match="n of s must be at least 1, got 0"):
        positive_number(0, "n", "s")
    with pytest.raises(TypeError, match=r"n of s must be an integer, got 1\.0"):
        positive_number(1.0, "n", "s")

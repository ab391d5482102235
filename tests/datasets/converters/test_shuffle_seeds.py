import numpy as np
import pytest

from brickyard.datasets.converters.shuffle_seeds import (
    seed_option,
    seed_or_none,
    shuffled_places,
)


def test_places_are_a_permutation_that_the_seed_decides():
    places = [shuffled_places(50, seed) for seed in (1, 2, np.int64(1), None)]
    assert all(sorted(each) == list(range(50)) for each in places)
    np.testing.assert_array_equal(places[0], places[2])
    assert (places[0] != places[1]).any()
    np.testing.assert_array_equal(places[3], np.arange(50))


def test_places_are_those_of_files_that_fuel_made():
    expected = np.random.RandomState(7).permutation(50)
    np.testing.assert_array_equal(shuffled_places(50, 7), expected)


@pytest.mark.parametrize("seed", ["1", 1.0, True])
def test_other_kinds_of_seeds(seed):
    with pytest.raises(TypeError, match=r"shuffle_seed must be an integer, or None .*"):
        shuffled_places(5, seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_out_of_range(seed):
    with pytest.raises(ValueError, match=r"shuffle_seed must be from 0 to 2\*\*32 - 1"):
        shuffled_places(5, seed)


@pytest.mark.parametrize("seed", [None, 0, 7])
def test_command_lines(seed):
    option, word = seed_option(seed)
    assert option == "--shuffle-seed"
    assert seed_or_none(word) == seed


@pytest.mark.parametrize("word", ["", "x", "1.5", "-1", "None"])
def test_other_words_on_command_lines(word):
    with pytest.raises(ValueError, match="must be a whole number, or none for the"):
        seed_or_none(word)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.backends.convolution import geometry

small = st.integers(1, 4)


@given(st.integers(1, 12), small, small, small, st.integers(0, 3), st.integers(0, 3))
def test_lengths_are_the_number_of_positions(n, size, step, spacing, before, after):
    how = geometry(1, (size,), step, ((before, after),), spacing)
    last = n + before + after - spacing * (size - 1)
    assert how.output_lengths((n,), (size,)) == (
        max(len(range(0, last, step)), 0),
    ) or (last < 1 and how.output_lengths((n,), (size,))[0] < 1)


@given(st.integers(1, 9).map(lambda k: 2 * k - 1), st.integers(9, 20), small)
def test_half_keeps_lengths_for_odd_windows(size, length, spacing):
    how = geometry(2, (size, size), padding="half", dilation=spacing)
    assert how.output_lengths((length, length), (size, size)) == (length, length)


@given(small, small, st.integers(1, 9))
def test_full_takes_all_positions_that_touch_the_image(size, spacing, length):
    how = geometry(1, (size,), padding="full", dilation=spacing)
    ones = np.convolve(np.ones(length), np.ones(spacing * (size - 1) + 1))
    assert how.output_lengths((length,), (size,)) == (len(ones),)


def test_numbers_are_for_all_axes_and_pairs_for_one():
    assert geometry(2, (3, 3), 2, 1, 3).padding == ((1, 1), (1, 1))
    how = geometry(3, (3, 3, 3), (1, 2, 3), (0, (1, 2), 3))
    assert how.strides == (1, 2, 3)
    assert how.padding == ((0, 0), (1, 2), (3, 3))
    assert how.rank == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"strides": 0}, ValueError, "strides must be a positive integer or 2 of them"),
        ({"strides": (1, 1, 1)}, ValueError, "strides must be a positive integer or 2"),
        (
            {"dilation": 1.5},
            TypeError,
            "'float' object is not iterable|dilation must be",
        ),
        ({"strides": (1, 2.0)}, TypeError, "strides must be integers"),
        ({"groups": 0}, ValueError, "groups must be a positive integer, got 0"),
        ({"padding": "same"}, ValueError, "'valid', 'half', 'full' .* got 'same'"),
        ({"padding": -1}, ValueError, "none of them negative; got -1"),
        ({"padding": ((1, 2, 3), 1)}, ValueError, "number or a pair"),
        ({"padding": (0.5, 1)}, TypeError, "padding must be integers|not iterable"),
    ],
)
def test_what_is_out_of_range_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        geometry(2, (3, 3), **arguments)


def test_named_padding_needs_the_window():
    with pytest.raises(ValueError, match="not all known: \\(3, None\\); give the padd"):
        geometry(2, (3, None), padding="half")


def test_other_ranks_are_refused():
    with pytest.raises(ValueError, match="1, 2 or 3 axes are supported"):
        geometry(4, (3, 3, 3, 3))

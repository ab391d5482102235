"""Columns and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from brickyard.extensions.table import Table, format_duration, format_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (1.0, "1.000"),
        (0.99999, "1.000"),
        (0.99994, "0.9999"),
        (9999.4, "9999"),
        (9999.6, "1.000e+04"),
        (123456.0, "1.235e+05"),
        (-0.00012345, "-0.0001234"),
        (1e-10, "1.000e-10"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (np.float32(0.25), "0.2500"),
        (np.float64(1000), "1000"),
        (12345, "12345"),
        (np.int64(7), "7"),
        (np.bool_(True), "yes"),
        (False, "no"),
        ("text", "text"),
        (np.zeros((2, 3)), "float64[2, 3]"),
        (None, "None"),
    ],
)
def test_values(value, text):
    assert format_value(value) == text


def test_rounding_agrees_with_the_number():
    rng = np.random.default_rng(1)
    for value in rng.lognormal(sigma=8, size=500):
        assert float(format_value(value)) == pytest.approx(value, rel=5.0001e-4)


def test_durations_do_not_show_sixty_seconds():
    assert format_duration(59.94) == "59.9s"
    assert format_duration(59.95) in ("59.9s", "1:00")
    assert format_duration(119.7) == "2:00"
    assert format_duration(3599.8) == "1:00:00"


def test_lines_are_aligned_and_the_last_column_stays_last():
    table = Table(last=("time",))
    header, row = table.add({"epoch": "1", "time": "1s"})
    assert header.split() == ["epoch", "time"]
    assert len(header) == len(row)
    header, row = table.add({"epoch": "2", "time": "1s", "cost": "0.5"})
    assert header.split() == ["epoch", "cost", "time"]
    assert row.split() == ["2", "0.5", "1s"]
    assert table.add({"epoch": "3", "time": "1s"}) == [
        row.replace("2", "3").replace("0.5", "  -")
    ]

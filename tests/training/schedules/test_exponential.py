import numpy as np
import pytest

from brickyard.training.schedules import ExponentialSchedule


def test_values(values_at):
    steps = range(12)
    expected = [0.8 * 0.3 ** (step / 5) for step in steps]
    made = values_at(ExponentialSchedule(0.8, 5, 0.3), steps)
    np.testing.assert_allclose(made, expected)


def test_bad_arguments():
    with pytest.raises(
        TypeError, match="ExponentialSchedule: num_steps must be an int"
    ):
        ExponentialSchedule(1.0, 2.5)
    with pytest.raises(
        ValueError, match="ExponentialSchedule: value must be finite an"
    ):
        ExponentialSchedule(float("inf"), 5)

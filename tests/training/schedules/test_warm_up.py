import numpy as np
import pytest

from brickyard.training.schedules import StepSchedule, WarmUpSchedule


def test_values(values_at):
    steps = range(12)
    schedule = WarmUpSchedule(StepSchedule(0.8, 3, 0.5), 4, start_value=0.2)
    expected = [
        0.2 + 0.6 * step / 4 if step < 4 else 0.8 * 0.5 ** ((step - 4) // 3)
        for step in steps
    ]
    np.testing.assert_allclose(values_at(schedule, steps), expected)


def test_a_number_stays_constant(values_at):
    made = values_at(WarmUpSchedule(1.0, 2), range(4))
    assert made.tolist() == [0.0, 0.5, 1.0, 1.0]


def test_bad_arguments():
    with pytest.raises(
        TypeError, match="WarmUpSchedule: schedule must be a schedule or"
    ):
        WarmUpSchedule(None, 5)
    with pytest.raises(
        ValueError, match="WarmUpSchedule: num_steps must be at least 1"
    ):
        WarmUpSchedule(1.0, 0)
    with pytest.raises(
        ValueError, match="WarmUpSchedule: start_value must be finite a"
    ):
        WarmUpSchedule(1.0, 5, -0.1)

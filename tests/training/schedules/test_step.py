import numpy as np
import pytest

from brickyard.training.schedules import StepSchedule


def test_values(values_at):
    steps = range(12)
    expected = [0.8 * 0.3 ** (step // 5) for step in steps]
    np.testing.assert_allclose(values_at(StepSchedule(0.8, 5, 0.3), steps), expected)


def test_bad_arguments():
    with pytest.raises(ValueError, match="StepSchedule: num_steps must be at least 1"):
        StepSchedule(1.0, 0)
    with pytest.raises(
        ValueError, match=r"StepSchedule: factor must .* greater than 0"
    ):
        StepSchedule(1.0, 5, 0.0)

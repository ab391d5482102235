import numpy as np
import pytest

from brickyard.training.schedules import CosineSchedule


def test_values(values_at):
    steps = range(14)
    done = np.array([min(step, 10) / 10 for step in steps])
    made = values_at(CosineSchedule(0.8, 10, 0.1), steps)
    np.testing.assert_allclose(made, 0.1 + 0.35 * (1 + np.cos(np.pi * done)))


def test_bad_arguments():
    with pytest.raises(TypeError, match="CosineSchedule: value must be a number"):
        CosineSchedule("1", 5)
    with pytest.raises(TypeError, match="CosineSchedule: num_steps must be an integer"):
        CosineSchedule(1.0, True)

import numpy as np
import pytest

from brickyard.training.schedules import CosineSchedule, JoinedSchedule


def test_each_part_counts_from_its_own_beginning(values_at):
    cosine = CosineSchedule(1.0, 4)
    made = values_at(JoinedSchedule([0.5, cosine, cosine], [2, 5]), range(10))
    period = 0.5 * (1 + np.cos(np.pi * np.arange(5) / 4))
    expected = np.concatenate([[0.5, 0.5], period[:3], period])
    np.testing.assert_allclose(made, expected, atol=1e-15)


def test_one_part(values_at):
    assert values_at(JoinedSchedule([0.5], []), range(2)).tolist() == [0.5, 0.5]


def test_bad_arguments():
    with pytest.raises(
        ValueError, match="one boundary between each two schedules, got 2"
    ):
        JoinedSchedule([1.0, 0.1], [])
    with pytest.raises(ValueError, match="got 0 schedules and 0 boundaries"):
        JoinedSchedule([], [])
    with pytest.raises(ValueError, match=r"boundaries must rise, got \[5, 5\]"):
        JoinedSchedule([1.0, 0.1, 0.01], [5, 5])
    with pytest.raises(ValueError, match=r"boundaries\[0\] must be at least 1, got 0"):
        JoinedSchedule([1.0, 0.1], [0])

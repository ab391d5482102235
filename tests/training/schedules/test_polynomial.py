import numpy as np
import pytest

from brickyard.training.schedules import PolynomialSchedule


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_values(values_at, power):
    steps = range(14)
    left = np.array([1 - min(step, 10) / 10 for step in steps])
    made = values_at(PolynomialSchedule(0.8, 10, 0.1, power), steps)
    np.testing.assert_allclose(made, 0.1 + 0.7 * left**power)
    assert made[10] == made[13] == 0.1


def test_it_may_rise(values_at):
    made = values_at(PolynomialSchedule(0.0, 4, 1.0), range(5))
    np.testing.assert_allclose(made, [0, 0.25, 0.5, 0.75, 1])


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"PolynomialSchedule: power must .* than 0"):
        PolynomialSchedule(1.0, 5, power=-1)
    with pytest.raises(
        ValueError, match="PolynomialSchedule: end_value must be finite"
    ):
        PolynomialSchedule(1.0, 5, end_value=-1)

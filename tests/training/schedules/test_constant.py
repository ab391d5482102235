import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.training.schedules import ConstantSchedule, JoinedSchedule


def test_values(values_at):
    assert values_at(ConstantSchedule(0.3), range(3)).tolist() == [0.3] * 3


def test_dtype_is_floatx():
    rate = ConstantSchedule(0.3)(pt.constant(1))
    assert rate.type.dtype == pytensor.config.floatX


def test_bad_value():
    with pytest.raises(
        ValueError, match="ConstantSchedule: value must be finite and no"
    ):
        ConstantSchedule(-1)


def test_only_schedules_and_numbers_become_schedules():
    with pytest.raises(
        TypeError, match=r"schedules\[0\] must be a schedule or a numbe"
    ):
        JoinedSchedule(["fast"], [])
    with pytest.raises(
        TypeError, match=r"schedules\[0\] must be a schedule or a numbe"
    ):
        JoinedSchedule([ConstantSchedule], [])

"""Schedules: rates that step rules compute from the number of steps done."""

from brickyard.training.schedules.base import Schedule
from brickyard.training.schedules.constant import ConstantSchedule
from brickyard.training.schedules.cosine import CosineSchedule
from brickyard.training.schedules.exponential import ExponentialSchedule
from brickyard.training.schedules.joined import JoinedSchedule
from brickyard.training.schedules.polynomial import PolynomialSchedule
from brickyard.training.schedules.step import StepSchedule
from brickyard.training.schedules.warm_up import WarmUpSchedule

__all__ = [
    "ConstantSchedule",
    "CosineSchedule",
    "ExponentialSchedule",
    "JoinedSchedule",
    "PolynomialSchedule",
    "Schedule",
    "StepSchedule",
    "WarmUpSchedule",
]

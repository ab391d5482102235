"""A rate that falls in stairs."""

from __future__ import annotations

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_count,
    check_positive,
    check_value,
    float_constant,
)
from brickyard.training.schedules.base import Schedule


class StepSchedule(Schedule):
    r"""Multiply the rate by a factor after every so many steps.

    .. math:: \alpha_t = \alpha \gamma^{\lfloor t / n \rfloor}

    Parameters
    ----------
    value
        :math:`\alpha`, the rate of the first steps, not negative.
    num_steps
        :math:`n`, the number of steps between changes, at least 1.
    factor
        :math:`\gamma`, greater than 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or out of range.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> schedule = StepSchedule(1.0, num_steps=10, factor=0.5)
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 9, 10, 25)]
    [1.0, 1.0, 0.5, 0.25]
    """

    def __init__(self, value: float, num_steps: int, factor: float = 0.1) -> None:
        self.value = check_value(self, "value", value)
        self.num_steps = check_count(self, "num_steps", num_steps)
        self.factor = check_positive(self, "factor", factor)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        changes = pt.cast(step // np.int64(self.num_steps), pytensor.config.floatX)
        return float_constant(self.value) * float_constant(self.factor) ** changes

"""A rate that falls exponentially."""

from __future__ import annotations

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


class ExponentialSchedule(Schedule):
    r"""Multiply the rate by a factor over every so many steps, smoothly.

    .. math:: \alpha_t = \alpha \gamma^{t / n}

    Parameters
    ----------
    value
        :math:`\alpha`, the rate of the first step, not negative.
    num_steps
        :math:`n`, the number of steps over which the factor is applied, at least 1.
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
    >>> schedule = ExponentialSchedule(1.0, num_steps=10, factor=0.25)
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 5, 10)]
    [1.0, 0.5, 0.25]
    """

    def __init__(self, value: float, num_steps: int, factor: float = 0.1) -> None:
        self.value = check_value(self, "value", value)
        self.num_steps = check_count(self, "num_steps", num_steps)
        self.factor = check_positive(self, "factor", factor)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        elapsed = pt.cast(step, pytensor.config.floatX) / float_constant(self.num_steps)
        return float_constant(self.value) * float_constant(self.factor) ** elapsed

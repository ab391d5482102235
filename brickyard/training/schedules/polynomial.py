"""A rate that falls along a power."""

from __future__ import annotations

from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_count,
    check_positive,
    check_value,
    elapsed_part,
    float_constant,
)
from brickyard.training.schedules.base import Schedule


class PolynomialSchedule(Schedule):
    r"""Go from one rate to another along a power; a straight line by default.

    .. math::

        \alpha_t = \alpha_n + (\alpha_0 - \alpha_n)
                   \left(1 - \min(t, n) / n\right)^p

    Parameters
    ----------
    value
        :math:`\alpha_0`, the rate of the first step, not negative.
    num_steps
        :math:`n`, the step from which the rate is `end_value`, at least 1.
    end_value
        :math:`\alpha_n`, not negative.
    power
        :math:`p`, greater than 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or out of range.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> schedule = PolynomialSchedule(1.0, num_steps=10)
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 5, 10, 99)]
    [1.0, 0.5, 0.0, 0.0]
    """

    def __init__(
        self, value: float, num_steps: int, end_value: float = 0.0, power: float = 1.0
    ) -> None:
        self.value = check_value(self, "value", value)
        self.num_steps = check_count(self, "num_steps", num_steps)
        self.end_value = check_value(self, "end_value", end_value)
        self.power = check_positive(self, "power", power)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        left = float_constant(1) - elapsed_part(step, self.num_steps)
        if self.power != 1:
            left = left ** float_constant(self.power)
        return (
            float_constant(self.end_value)
            + float_constant(self.value - self.end_value) * left
        )

"""A rate that rises before another schedule begins."""

from __future__ import annotations

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_count,
    check_value,
    elapsed_part,
    float_constant,
)
from brickyard.training.schedules.base import Schedule
from brickyard.training.schedules.constant import as_schedule


class WarmUpSchedule(Schedule):
    r"""Rise in a straight line to the first rate of another schedule, then follow it.

    .. math::

        \alpha_t = \begin{cases}
            \alpha + (f(0) - \alpha) t / n & t < n \\
            f(t - n) & t \geq n \end{cases}

    Parameters
    ----------
    schedule
        :math:`f`: what follows, a schedule or a number. It starts to count at the end
        of the warm-up.
    num_steps
        :math:`n`, the length of the warm-up, at least 1.
    start_value
        :math:`\alpha`, the rate of the first step, not negative.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or out of range.

    References
    ----------
    P. Goyal et al. (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour,
    arXiv:1706.02677, section 2.2.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.training.schedules import CosineSchedule
    >>> schedule = WarmUpSchedule(CosineSchedule(1.0, num_steps=10), num_steps=4)
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 2, 4, 14)]
    [0.0, 0.5, 1.0, 0.0]
    """

    def __init__(
        self,
        schedule: Schedule | float,
        num_steps: int,
        start_value: float = 0.0,
    ) -> None:
        self.schedule = as_schedule(self, "schedule", schedule)
        self.num_steps = check_count(self, "num_steps", num_steps)
        self.start_value = check_value(self, "start_value", start_value)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        since = pt.maximum(step - np.int64(self.num_steps), np.int64(0))
        following = pt.cast(self.schedule(since), pytensor.config.floatX)
        done = elapsed_part(step, self.num_steps)
        # Up to the end of the warm-up `following` is the first rate, f(0).
        return (float_constant(1) - done) * float_constant(self.start_value) + (
            done * following
        )

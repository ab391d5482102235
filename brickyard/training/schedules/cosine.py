"""A rate that falls along a cosine."""

from __future__ import annotations

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_count,
    check_value,
    elapsed_part,
    float_constant,
)
from brickyard.training.schedules.base import Schedule


class CosineSchedule(Schedule):
    r"""Go from one rate to another along half a period of the cosine.

    .. math::

        \alpha_t = \alpha_n + \tfrac{1}{2} (\alpha_0 - \alpha_n)
                   \left(1 + \cos(\pi \min(t, n) / n)\right)

    Parameters
    ----------
    value
        :math:`\alpha_0`, the rate of the first step, not negative.
    num_steps
        :math:`n`, the step from which the rate is `end_value`, at least 1.
    end_value
        :math:`\alpha_n`, not negative.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or out of range.

    Notes
    -----
    Without the paper's restarts, which a `JoinedSchedule` of several of these makes.

    References
    ----------
    I. Loshchilov, F. Hutter (2017), SGDR: stochastic gradient descent with warm
    restarts, arXiv:1608.03983, equation 5.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> schedule = CosineSchedule(1.0, num_steps=10, end_value=0.5)
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 5, 10, 99)]
    [1.0, 0.75, 0.5, 0.5]
    """

    def __init__(self, value: float, num_steps: int, end_value: float = 0.0) -> None:
        self.value = check_value(self, "value", value)
        self.num_steps = check_count(self, "num_steps", num_steps)
        self.end_value = check_value(self, "end_value", end_value)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        angle = float_constant(np.pi) * elapsed_part(step, self.num_steps)
        half_range = float_constant(0.5 * (self.value - self.end_value))
        return float_constant(self.end_value) + half_range * (
            float_constant(1) + pt.cos(angle)
        )

"""Multiply all steps by the learning rate."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    Clock,
    Rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class Scale(StepRule):
    r"""Multiply the previous step by the learning rate.

    .. math:: s_t = \alpha_t g_t

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, not negative: a number, which becomes the shared variable
        ``rule.learning_rate``, a scalar shared variable, or a schedule.

    Raises
    ------
    TypeError, ValueError
        If the learning rate is no rate, or negative.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0, 2.0], name="W", dtype="floatX")
    >>> step, updates = Scale(0.5).compute_step(W, 2 * W)
    >>> evaluate(step).tolist()
    [1.0, 2.0]
    """

    def __init__(self, learning_rate: Rate = 1.0) -> None:
        self.learning_rate = make_rate(
            self, "learning_rate", learning_rate, NOT_NEGATIVE
        )

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        rate = clock.read(self.learning_rate, "learning_rate")
        steps = {
            parameter: in_dtype(rate, step.type.dtype) * step
            for parameter, step in previous_steps.items()
        }
        return steps, clock.updates

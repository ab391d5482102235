"""Lion: the sign of an average of the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    UNIT_INTERVAL,
    Clock,
    Rate,
    check_rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates
from brickyard.training.algorithms.weight_decay import DecayedParameters


class Lion(StepRule):
    r"""Steps of one length, in the direction of an average of the gradient.

    .. math::

        s_t &= \alpha_t \left( \operatorname{sign}(\beta_1 m_{t-1} + (1 - \beta_1) g_t)
               + \lambda_t \theta_{t-1} \right) \\
        m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, not negative: a number, which becomes the shared variable
        ``rule.learning_rate``, a scalar shared variable, or a schedule. Every element
        moves by this much, so it is three to ten times smaller than Adam's.
    beta1, beta2
        In [0, 1]: a number, which is compiled into the step, a scalar shared variable,
        or a schedule.
    weight_decay
        :math:`\lambda`, not negative: a number, which becomes the shared variable
        ``rule.weight_decay``, a scalar shared variable, or a schedule.
    parameters
        The parameters that are decayed; all by default.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range; when steps are
        computed, if one of `parameters` is not trained.

    References
    ----------
    X. Chen et al. (2023), Symbolic discovery of optimization algorithms,
    arXiv:2302.06675, algorithm 2.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0, 3.0], name="W", dtype="floatX")
    >>> step, updates = Lion(0.5).compute_step(W, W - 2)
    >>> evaluate(step).tolist()
    [-0.5, 0.5]
    """

    def __init__(
        self,
        learning_rate: Rate = 0.0001,
        beta1: Rate = 0.9,
        beta2: Rate = 0.99,
        *,
        weight_decay: Rate = 0.0,
        parameters: Iterable[TensorVariable] | None = None,
    ) -> None:
        self.learning_rate = make_rate(
            self, "learning_rate", learning_rate, NOT_NEGATIVE
        )
        self.beta1 = check_rate(self, "beta1", beta1, UNIT_INTERVAL)
        self.beta2 = check_rate(self, "beta2", beta2, UNIT_INTERVAL)
        self.weight_decay = make_rate(self, "weight_decay", weight_decay, NOT_NEGATIVE)
        self.decayed = DecayedParameters(self, parameters)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        decayed = self.decayed.among(previous_steps)
        clock = Clock(self)
        beta1 = clock.read(self.beta1, "beta1")
        beta2 = clock.read(self.beta2, "beta2")
        rate = clock.read(self.learning_rate, "learning_rate")
        shrinkage = rate * clock.read(self.weight_decay, "weight_decay")
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            mean = add_buffer(self, parameter, "mean")
            direction = pt.sign(_mix(beta1, mean, gradient))
            step = in_dtype(rate, dtype) * direction
            if parameter in decayed:
                step = step + in_dtype(shrinkage, dtype) * parameter
            steps[parameter] = step
            updates.append((mean, _mix(beta2, mean, gradient)))
        return steps, updates + clock.updates


def _mix(
    weight: float | TensorVariable, first: TensorVariable, second: TensorVariable
) -> TensorVariable:
    dtype = second.type.dtype
    return in_dtype(weight, dtype) * first + in_dtype(1 - weight, dtype) * second

"""AdamW: Adam with weight decay beside the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.moments import (
    MomentsRule,
    one_minus_power,
    running_moments,
)
from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    Clock,
    Rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import Steps, Updates
from brickyard.training.algorithms.weight_decay import DecayedParameters


class AdamW(MomentsRule):
    r"""Adam whose weight decay does not pass through the averages.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        s_t &= \alpha_t \left( \frac{m_t / (1 - \beta_1^t)}
               {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}
               + \lambda_t \theta_{t-1} \right)

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, not negative: a number, which becomes the shared variable
        ``rule.learning_rate``, a scalar shared variable, or a schedule.
    beta1, beta2
        In [0, 1): a number, which is compiled into the step, a scalar shared variable,
        or a schedule.
    epsilon
        :math:`\epsilon`, a number greater than 0.
    weight_decay
        :math:`\lambda`, not negative: a number, which becomes the shared variable
        ``rule.weight_decay``, a scalar shared variable, or a schedule.
    parameters
        The parameters that are decayed, usually
        ``VariableFilter(roles=[WEIGHT])(graph.parameters)``, which leaves out biases
        and gains; all by default.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range; when steps are
        computed, if one of `parameters` is not trained.

    Notes
    -----
    The decay is multiplied by the learning rate, as libraries do; the paper has a
    schedule multiplier of its own there. With ``weight_decay=0`` this is Adam with
    :math:`\epsilon` added after the correction of the variance.

    References
    ----------
    I. Loshchilov, F. Hutter (2019), Decoupled weight decay regularization,
    arXiv:1711.05101, algorithm 2.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W, b = shared([1.0], name="W"), shared([1.0], name="b")
    >>> rule = AdamW(0.001, weight_decay=0.1, parameters=[W])
    >>> steps, updates = rule.compute_steps({W: 2 * W, b: 2 * b})
    >>> [step.type.dtype for step in steps.values()]
    ['float64', 'float64']
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: float = 1e-8,
        *,
        weight_decay: Rate = 0.01,
        parameters: Iterable[TensorVariable] | None = None,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)
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
        rate = rate / one_minus_power(beta1, clock.time)
        correction = pt.sqrt(one_minus_power(beta2, clock.time))
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            mean, variance, more = running_moments(
                self, parameter, gradient, beta1, beta2
            )
            root = self.corrected_root(variance, correction)
            step = in_dtype(rate, dtype) * mean / root
            if parameter in decayed:
                step = step + in_dtype(shrinkage, dtype) * parameter
            steps[parameter] = step
            updates += more
        return steps, updates + clock.updates

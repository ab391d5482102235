"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import shared
from brickyard.graph.roles import ALGORITHM_STATE, add_role
from brickyard.training.algorithms.moments import (
    MomentsRule,
    one_minus_power,
    running_moments,
)
from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    Clock,
    Rate,
    check_number,
    in_dtype,
)
from brickyard.training.algorithms.step_rule import Steps, Updates


class NAdam(MomentsRule):
    r"""Adam that looks ahead along its average of the gradient.

    .. math::

        \mu_t &= \beta_1 (1 - \tfrac{1}{2} 0.96^{t \psi}) \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        s_t &= \frac{\alpha_t}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon} \left(
               \frac{1 - \mu_t}{1 - \prod_{i=1}^{t} \mu_i} g_t
               + \frac{\mu_{t+1}}{1 - \prod_{i=1}^{t+1} \mu_i} m_t \right)

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
    momentum_decay
        :math:`\psi`, a number that is not negative.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    Notes
    -----
    The paper averages the gradient with the momentum :math:`\mu_t` too; here, as in
    other libraries, the average decays with :math:`\beta_1`.

    References
    ----------
    T. Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop,
    algorithm 2.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = NAdam().compute_step(W, 2 * W)
    >>> [buffer.name for buffer, _ in updates]
    ['mean', 'variance', 'momentum_product', 'step']
    """

    def __init__(
        self,
        learning_rate: Rate = 0.002,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: float = 1e-8,
        *,
        momentum_decay: float = 0.004,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)
        self.momentum_decay = check_number(
            self, "momentum_decay", momentum_decay, NOT_NEGATIVE
        )

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        beta1 = clock.read(self.beta1, "beta1")
        beta2 = clock.read(self.beta2, "beta2")
        rate = clock.read(self.learning_rate, "learning_rate")
        of_gradient, of_mean, product_updates = self._weights(beta1, clock.time)
        of_gradient, of_mean = rate * of_gradient, rate * of_mean
        correction = pt.sqrt(one_minus_power(beta2, clock.time))
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            mean, variance, more = running_moments(
                self, parameter, gradient, beta1, beta2
            )
            root = self.corrected_root(variance, correction)
            ahead = in_dtype(of_gradient, dtype) * gradient
            ahead = ahead + in_dtype(of_mean, dtype) * mean
            steps[parameter] = ahead / root
            updates += more
        return steps, updates + product_updates + clock.updates

    def _weights(
        self, beta1: float | TensorVariable, time: TensorVariable
    ) -> tuple[TensorVariable, TensorVariable, Updates]:
        """Return the weights of the gradient and of its mean, both corrected."""
        dtype = time.type.dtype
        one, half = in_dtype(1, dtype), in_dtype(0.5, dtype)
        warmth = in_dtype(0.96**self.momentum_decay, dtype)
        momentum = in_dtype(beta1, dtype) * (one - half * warmth**time)
        upcoming = in_dtype(beta1, dtype) * (one - half * warmth ** (time + one))
        product = shared(1, name="momentum_product", dtype=dtype)
        add_role(product, ALGORITHM_STATE)
        product.tag.step_rule = self
        new_product = product * momentum
        of_gradient = (one - momentum) / (one - new_product)
        of_mean = upcoming / (one - new_product * upcoming)
        return of_gradient, of_mean, [(product, new_product)]

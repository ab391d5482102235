"""Adam, and AMSGrad, whose rates never grow."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.moments import (
    MomentsRule,
    one_minus_power,
    running_moments,
)
from brickyard.training.algorithms.rates import (
    POSITIVE_FRACTION,
    Clock,
    Rate,
    check_number,
    in_dtype,
)
from brickyard.training.algorithms.step_rule import Steps, Updates


class Adam(MomentsRule):
    r"""Divide an average of the gradient by the root of an average of its square.

    .. math::

        \beta_{1,t} &= \beta_1 \lambda^{t-1} \\
        m_t &= \beta_{1,t} m_{t-1} + (1 - \beta_{1,t}) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        s_t &= \alpha_t \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
               \frac{m_t}{\sqrt{v_t} + \epsilon}

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
    decay_factor
        :math:`\lambda`, a number in (0, 1], by which the decay of the mean shrinks.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    Notes
    -----
    :math:`\epsilon` is added before the correction of the variance, as in the faster
    order of computation at the end of the paper's section 2. Libraries that add it
    afterwards differ slightly in the first steps; `AdamW` with ``weight_decay=0`` is
    Adam in their form. The decaying :math:`\beta_{1,t}` is that of the paper's
    section 4; the correction keeps using :math:`\beta_1^t`.

    References
    ----------
    D. P. Kingma, J. Ba (2015), Adam: a method for stochastic optimization,
    arXiv:1412.6980, algorithm 1.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = Adam(0.001).compute_step(W, 2 * W)
    >>> [buffer.name for buffer, _ in updates]
    ['mean', 'variance', 'step']
    """

    def __init__(
        self,
        learning_rate: Rate = 0.002,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: float = 1e-8,
        decay_factor: float = 1,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)
        self.decay_factor = check_number(
            self, "decay_factor", decay_factor, POSITIVE_FRACTION
        )

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        beta1 = clock.read(self.beta1, "beta1")
        beta2 = clock.read(self.beta2, "beta2")
        time = clock.time
        correction = pt.sqrt(one_minus_power(beta2, time)) / one_minus_power(
            beta1, time
        )
        rate = clock.read(self.learning_rate, "learning_rate") * correction
        if self.decay_factor != 1:
            dtype = time.type.dtype
            beta1 = in_dtype(beta1, dtype) * in_dtype(self.decay_factor, dtype) ** (
                time - in_dtype(1, dtype)
            )
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            mean, variance, more = running_moments(
                self, parameter, gradient, beta1, beta2
            )
            root = pt.sqrt(variance) + in_dtype(self.epsilon, dtype)
            steps[parameter] = in_dtype(rate, dtype) * mean / root
            updates += more
        return steps, updates + clock.updates


class AMSGrad(MomentsRule):
    r"""Adam with the largest mean square so far in the denominator.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \hat v_t &= \max(\hat v_{t-1}, v_t) \\
        s_t &= \frac{\alpha_t}{1 - \beta_1^t}
               \frac{m_t}{\sqrt{\hat v_t / (1 - \beta_2^t)} + \epsilon}

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

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    Notes
    -----
    The paper leaves out the corrections for the averages' start at zero; they are made
    here as in Adam, and the maximum is taken before them, which is the common form.

    References
    ----------
    S. J. Reddi, S. Kale, S. Kumar (2018), On the convergence of Adam and beyond, ICLR,
    algorithm 2.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = AMSGrad(0.001).compute_step(W, 2 * W)
    >>> [buffer.name for buffer, _ in updates]
    ['mean', 'variance', 'max_variance', 'step']
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        beta1 = clock.read(self.beta1, "beta1")
        beta2 = clock.read(self.beta2, "beta2")
        rate = clock.read(self.learning_rate, "learning_rate")
        rate = rate / one_minus_power(beta1, clock.time)
        correction = pt.sqrt(one_minus_power(beta2, clock.time))
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            mean, variance, more = running_moments(
                self, parameter, gradient, beta1, beta2
            )
            largest = add_buffer(self, parameter, "max_variance")
            new_largest = pt.maximum(largest, variance)
            root = self.corrected_root(new_largest, correction)
            steps[parameter] = in_dtype(rate, dtype) * mean / root
            updates += [*more, (largest, new_largest)]
        return steps, updates + clock.updates

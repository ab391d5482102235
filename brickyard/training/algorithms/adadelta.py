"""AdaDelta: step sizes from running averages of gradients and of steps."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.rates import (
    POSITIVE,
    UNIT_INTERVAL,
    Clock,
    Rate,
    check_number,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class AdaDelta(StepRule):
    r"""Scale each gradient by the ratio of typical steps to typical gradients.

    .. math::

        m_t &= \rho m_{t-1} + (1 - \rho) g_t^2 \\
        s_t &= \sqrt{\frac{d_{t-1} + \epsilon}{m_t + \epsilon}} g_t \\
        d_t &= \rho d_{t-1} + (1 - \rho) s_t^2

    Parameters
    ----------
    decay_rate
        :math:`\rho`, in [0, 1]: a number, which becomes the shared variable
        ``rule.decay_rate``, a scalar shared variable, or a schedule.
    epsilon
        :math:`\epsilon`, a number greater than 0, in units of squared steps; it sets
        the size of the very first steps.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    References
    ----------
    M. D. Zeiler (2012), ADADELTA: an adaptive learning rate method, arXiv:1212.5701,
    algorithm 1.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = AdaDelta().compute_step(W, 2 * W)
    >>> [buffer.name for buffer, _ in updates]
    ['mean_square_gradient', 'mean_square_step']
    """

    def __init__(self, decay_rate: Rate = 0.95, epsilon: float = 1e-6) -> None:
        self.decay_rate = make_rate(self, "decay_rate", decay_rate, UNIT_INTERVAL)
        self.epsilon = check_number(self, "epsilon", epsilon, POSITIVE)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        decay = clock.read(self.decay_rate, "decay_rate")
        rest = 1 - decay
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            epsilon = in_dtype(self.epsilon, dtype)
            rho, one_minus_rho = in_dtype(decay, dtype), in_dtype(rest, dtype)
            gradients = add_buffer(self, parameter, "mean_square_gradient")
            deltas = add_buffer(self, parameter, "mean_square_step")
            new_gradients = rho * gradients + one_minus_rho * pt.sqr(gradient)
            step = pt.sqrt((deltas + epsilon) / (new_gradients + epsilon)) * gradient
            new_deltas = rho * deltas + one_minus_rho * pt.sqr(step)
            updates += [(gradients, new_gradients), (deltas, new_deltas)]
            steps[parameter] = step
        return steps, updates + clock.updates

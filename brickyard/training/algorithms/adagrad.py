"""AdaGrad: gradients divided by the root of the sum of their squares."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.rates import (
    NOT_NEGATIVE,
    POSITIVE,
    Clock,
    Rate,
    check_number,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class AdaGrad(StepRule):
    r"""Give each element a rate that falls with the squares of its gradients.

    .. math::

        q_t &= q_{t-1} + g_t^2 \\
        s_t &= \alpha_t g_t / (\sqrt{q_t} + \epsilon)

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, not negative: a number, which becomes the shared variable
        ``rule.learning_rate``, a scalar shared variable, or a schedule.
    epsilon
        :math:`\epsilon`, a number greater than 0.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    Notes
    -----
    This is the diagonal form. The projection of the paper is left out.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer (2011), Adaptive subgradient methods for online
    learning and stochastic optimization, JMLR 12, equation 1 and figure 1.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = AdaGrad().compute_step(W, 2 * W)
    >>> [buffer.name for buffer, _ in updates]
    ['sum_square_gradient']
    """

    def __init__(self, learning_rate: Rate = 0.002, epsilon: float = 1e-6) -> None:
        self.learning_rate = make_rate(
            self, "learning_rate", learning_rate, NOT_NEGATIVE
        )
        self.epsilon = check_number(self, "epsilon", epsilon, POSITIVE)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        rate = clock.read(self.learning_rate, "learning_rate")
        steps: Steps = {}
        updates: Updates = []
        for parameter, gradient in previous_steps.items():
            dtype = gradient.type.dtype
            squares = add_buffer(self, parameter, "sum_square_gradient")
            new_squares = squares + pt.sqr(gradient)
            scale = pt.sqrt(new_squares) + in_dtype(self.epsilon, dtype)
            updates.append((squares, new_squares))
            steps[parameter] = in_dtype(rate, dtype) * gradient / scale
        return steps, updates + clock.updates

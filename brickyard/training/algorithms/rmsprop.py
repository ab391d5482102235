"""RMSProp: gradients divided by their running root mean square."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.composite import CompositeRule
from brickyard.training.algorithms.rates import (
    POSITIVE,
    UNIT_INTERVAL,
    Clock,
    Rate,
    check_number,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.scale import Scale
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class BasicRMSProp(StepRule):
    r"""Divide the previous step by a running root mean square of itself.

    .. math::

        m_t &= \rho m_{t-1} + (1 - \rho) g_t^2 \\
        s_t &= g_t / \max(\sqrt{m_t}, 1 / c)

    Parameters
    ----------
    decay_rate
        :math:`\rho`, in [0, 1]: a number, which becomes the shared variable
        ``rule.decay_rate``, a scalar shared variable, or a schedule.
    max_scaling
        :math:`c`, a number greater than 0: the largest factor by which a small
        gradient is enlarged.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.

    Notes
    -----
    Others add a small number to the root, or under it; here the root has a floor, so
    that gradients above it are scaled exactly.

    References
    ----------
    T. Tieleman, G. Hinton (2012), Lecture 6.5 - RMSProp, Coursera: Neural networks for
    machine learning.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = BasicRMSProp(decay_rate=0.75).compute_step(W, 4 * W)
    >>> evaluate(step).tolist()
    [2.0]
    """

    def __init__(self, decay_rate: Rate = 0.9, max_scaling: float = 1e5) -> None:
        self.decay_rate = make_rate(self, "decay_rate", decay_rate, UNIT_INTERVAL)
        self.max_scaling = check_number(self, "max_scaling", max_scaling, POSITIVE)

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
            mean_square = add_buffer(self, parameter, "mean_square_gradient")
            new_mean_square = in_dtype(decay, dtype) * mean_square + in_dtype(
                rest, dtype
            ) * pt.sqr(gradient)
            floor = in_dtype(1 / self.max_scaling, dtype)
            updates.append((mean_square, new_mean_square))
            steps[parameter] = gradient / pt.maximum(pt.sqrt(new_mean_square), floor)
        return steps, updates + clock.updates


class RMSProp(CompositeRule):
    r"""Gradient descent with gradients of unit root mean square.

    .. math::

        m_t &= \rho m_{t-1} + (1 - \rho) g_t^2 \\
        s_t &= \alpha_t g_t / \max(\sqrt{m_t}, 1 / c)

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, as for `Scale`.
    decay_rate, max_scaling
        :math:`\rho` and :math:`c`, as for `BasicRMSProp`.

    References
    ----------
    T. Tieleman, G. Hinton (2012), Lecture 6.5 - RMSProp, Coursera: Neural networks for
    machine learning.

    Examples
    --------
    >>> rule = RMSProp(learning_rate=0.001)
    >>> [component.name for component in rule.components]
    ['basic_rms_prop', 'scale']
    """

    def __init__(
        self,
        learning_rate: Rate = 1.0,
        decay_rate: Rate = 0.9,
        max_scaling: float = 1e5,
    ) -> None:
        basic_rms_prop = BasicRMSProp(decay_rate, max_scaling)
        scale = Scale(learning_rate)
        self.learning_rate = scale.learning_rate
        self.decay_rate = basic_rms_prop.decay_rate
        super().__init__([basic_rms_prop, scale])

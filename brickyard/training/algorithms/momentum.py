"""Momentum, the heavy ball's and Nesterov's."""

from __future__ import annotations

from collections.abc import Mapping

from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.composite import CompositeRule
from brickyard.training.algorithms.rates import (
    FRACTION,
    Clock,
    Rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.scale import Scale
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class BasicMomentum(StepRule):
    r"""Add a decaying sum of all earlier steps.

    .. math:: s_t = v_t = \mu_t v_{t-1} + g_t

    Parameters
    ----------
    momentum
        :math:`\mu`, in [0, 1): a number, which becomes the shared variable
        ``rule.momentum``, a scalar shared variable, or a schedule.

    Raises
    ------
    TypeError, ValueError
        If the momentum is no rate, or out of range.

    References
    ----------
    B. T. Polyak (1964), Some methods of speeding up the convergence of iteration
    methods, section 2.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, [(velocity, new_velocity)] = BasicMomentum(0.9).compute_step(W, 2 * W)
    >>> velocity.name, new_velocity is step
    ('velocity', True)
    """

    def __init__(self, momentum: Rate = 0.0) -> None:
        self.momentum = make_rate(self, "momentum", momentum, FRACTION)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        momentum = clock.read(self.momentum, "momentum")
        steps: Steps = {}
        updates: Updates = []
        for parameter, step in previous_steps.items():
            velocity = add_buffer(self, parameter, "velocity")
            new_velocity = in_dtype(momentum, step.type.dtype) * velocity + step
            updates.append((velocity, new_velocity))
            steps[parameter] = self._step(momentum, new_velocity, step)
        return steps, updates + clock.updates

    def _step(
        self,
        momentum: float | TensorVariable,
        velocity: TensorVariable,
        step: TensorVariable,
    ) -> TensorVariable:
        """Return the step that belongs to a velocity already brought up to date."""
        return velocity


class BasicNesterovMomentum(BasicMomentum):
    r"""Look ahead along the decaying sum of earlier steps.

    .. math::

        v_t &= \mu_t v_{t-1} + g_t \\
        s_t &= \mu_t v_t + g_t

    Parameters
    ----------
    momentum
        As for `BasicMomentum`.

    Notes
    -----
    In Nesterov's method the gradient is taken at the point to which the velocity
    carries the parameter. Here the parameter *is* that point, so that the gradient is
    the one at the parameter (Bengio et al., equation 7, with a momentum that is the
    same at neighbouring steps). Multiplied by the learning rate before, as in
    `NesterovMomentum`, this is what other libraries do too.

    References
    ----------
    Y. Nesterov (1983), A method of solving a convex programming problem with
    convergence rate O(1/k^2).

    Y. Bengio, N. Boulanger-Lewandowski, R. Pascanu (2012), Advances in optimizing
    recurrent networks, arXiv:1212.0901, section 3.5.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> step, updates = BasicNesterovMomentum(0.5).compute_step(W, 2 * W)
    >>> evaluate(step).tolist()
    [3.0]
    """

    def _step(
        self,
        momentum: float | TensorVariable,
        velocity: TensorVariable,
        step: TensorVariable,
    ) -> TensorVariable:
        return in_dtype(momentum, step.type.dtype) * velocity + step


class Momentum(CompositeRule):
    r"""Gradient descent with momentum.

    .. math:: s_t = v_t = \mu_t v_{t-1} + \alpha_t g_t

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, as for `Scale`.
    momentum
        :math:`\mu`, as for `BasicMomentum`.

    Notes
    -----
    The learning rate is inside the sum, so that a change of it acts at once on the
    gradient and only slowly on the velocity. Libraries that multiply the velocity by
    the learning rate agree as long as the rate stays constant.

    References
    ----------
    B. T. Polyak (1964), Some methods of speeding up the convergence of iteration
    methods, section 2.

    Examples
    --------
    >>> rule = Momentum(learning_rate=0.1, momentum=0.9)
    >>> round(float(rule.momentum.get_value()), 6)
    0.9
    """

    def __init__(self, learning_rate: Rate = 1.0, momentum: Rate = 0.0) -> None:
        scale = Scale(learning_rate)
        basic_momentum = BasicMomentum(momentum)
        self.learning_rate = scale.learning_rate
        self.momentum = basic_momentum.momentum
        super().__init__([scale, basic_momentum])


class NesterovMomentum(CompositeRule):
    r"""Gradient descent with Nesterov's momentum.

    .. math::

        v_t &= \mu_t v_{t-1} + \alpha_t g_t \\
        s_t &= \mu_t v_t + \alpha_t g_t

    Parameters
    ----------
    learning_rate
        :math:`\alpha`, as for `Scale`.
    momentum
        :math:`\mu`, as for `BasicNesterovMomentum`.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl, G. Hinton (2013), On the importance of
    initialization and momentum in deep learning, section 2.

    Examples
    --------
    >>> rule = NesterovMomentum(learning_rate=0.1, momentum=0.9)
    >>> [component.name for component in rule.components]
    ['scale', 'basic_nesterov_momentum']
    """

    def __init__(self, learning_rate: Rate = 1.0, momentum: Rate = 0.0) -> None:
        scale = Scale(learning_rate)
        basic_momentum = BasicNesterovMomentum(momentum)
        self.learning_rate = scale.learning_rate
        self.momentum = basic_momentum.momentum
        super().__init__([scale, basic_momentum])

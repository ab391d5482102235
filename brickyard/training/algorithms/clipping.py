"""Bounds on the norm of steps and of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.graph.expressions import l2_norm
from brickyard.training.algorithms.rates import (
    POSITIVE,
    Clock,
    Rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class StepClipping(StepRule):
    r"""Shrink all steps together when their norm exceeds a threshold.

    .. math:: s_t = g_t \min(1, c_t / \lVert g_t \rVert_2)

    Parameters
    ----------
    threshold
        :math:`c`, greater than 0: the largest norm of all steps taken together. A
        number, which becomes the shared variable ``rule.threshold``, a scalar shared
        variable, or a schedule. None, the default, clips nothing.

    Raises
    ------
    TypeError, ValueError
        If the threshold is no rate, or not positive.

    Notes
    -----
    A norm that is infinite or not a number cannot be clipped; `RemoveNotFinite` before
    this rule drops the steps that make it so.

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio (2013), On the difficulty of training recurrent
    neural networks, arXiv:1211.5063, algorithm 1.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([3.0, 4.0], name="W", dtype="floatX")
    >>> step, _ = StepClipping(2.5).compute_step(W, 1 * W)
    >>> evaluate(step).tolist()
    [1.5, 2.0]
    """

    def __init__(self, threshold: Rate | None = None) -> None:
        self.threshold = (
            None
            if threshold is None
            else make_rate(self, "threshold", threshold, POSITIVE)
        )

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        if self.threshold is None or not previous_steps:
            return dict(previous_steps), []
        clock = Clock(self)
        norm = l2_norm(list(previous_steps.values()))
        dtype = norm.type.dtype
        threshold = in_dtype(clock.read(self.threshold, "threshold"), dtype)
        factor = pt.switch(norm > threshold, threshold / norm, in_dtype(1, dtype))
        steps = {
            parameter: in_dtype(factor, step.type.dtype) * step
            for parameter, step in previous_steps.items()
        }
        return steps, clock.updates


class VariableClipping(StepRule):
    r"""Keep the norm of each parameter, after its update, below a threshold.

    .. math::

        s_t = \theta - (\theta - g_t) \min(1, c_t / \lVert \theta - g_t \rVert_2)

    Parameters
    ----------
    threshold
        :math:`c`, greater than 0: a number, which becomes the shared variable
        ``rule.threshold``, a scalar shared variable, or a schedule.
    axis
        The axis or axes over which the norm is taken, each from ``-ndim`` to
        ``ndim - 1``. None, the default, takes the norm of the whole parameter.
        ``axis=0`` bounds the norm of the weights, ``(input_dim, output_dim)``, that
        lead to each unit.

    Raises
    ------
    TypeError, ValueError
        If the threshold is no rate or not positive, or the axes are not distinct
        integers; when steps are computed, if a parameter lacks an axis.

    Notes
    -----
    The rule assumes that its steps are subtracted from the parameters as they are, so
    it comes last in a `CompositeRule`; `Restrict` keeps it from biases.

    References
    ----------
    G. E. Hinton et al. (2012), Improving neural networks by preventing co-adaptation of
    feature detectors, arXiv:1207.0580, appendix A.1.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([3.0, 4.0], name="W", dtype="floatX")
    >>> step, _ = VariableClipping(2.5).compute_step(W, 0 * W)
    >>> evaluate(W - step).tolist()
    [1.5, 2.0]
    """

    def __init__(
        self, threshold: Rate, axis: int | Iterable[int] | None = None
    ) -> None:
        self.threshold = make_rate(self, "threshold", threshold, POSITIVE)
        self.axis = _check_axes(axis)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        clock = Clock(self)
        threshold = clock.read(self.threshold, "threshold")
        steps = {
            parameter: self._clip(parameter, step, threshold)
            for parameter, step in previous_steps.items()
        }
        return steps, clock.updates

    def _clip(
        self,
        parameter: TensorVariable,
        step: TensorVariable,
        threshold: float | TensorVariable,
    ) -> TensorVariable:
        updated = parameter - step
        axes = self._axes_of(parameter)
        norms = pt.sqrt(pt.sum(pt.sqr(updated), axis=axes, keepdims=True))
        limit = in_dtype(threshold, step.type.dtype)
        clipped = parameter - updated * (limit / norms)
        return pt.switch(norms > limit, clipped, step)

    def _axes_of(self, parameter: TensorVariable) -> tuple[int, ...] | None:
        if self.axis is None:
            return None
        ndim = parameter.type.ndim
        wrong = [axis for axis in self.axis if not -ndim <= axis < ndim]
        axes = {axis % ndim for axis in self.axis} if not wrong else set()
        if wrong or len(axes) != len(self.axis):
            raise ValueError(
                f"VariableClipping: axis {self.axis} does not fit parameter "
                f"{parameter} of {ndim} dimensions; Restrict the rule to the "
                "parameters that have these axes"
            )
        return tuple(sorted(axes))


def _check_axes(axis: int | Iterable[int] | None) -> tuple[int, ...] | None:
    if axis is None:
        return None
    axes = tuple(axis) if isinstance(axis, Iterable) else (axis,)
    if any(isinstance(a, bool) or not isinstance(a, int | np.integer) for a in axes):
        raise TypeError(
            f"VariableClipping: axis must be an integer or integers, got {axis!r}"
        )
    if not axes or len(set(axes)) != len(axes):
        raise ValueError(
            f"VariableClipping: axis must name each axis once, got {axis!r}"
        )
    return tuple(int(a) for a in axes)

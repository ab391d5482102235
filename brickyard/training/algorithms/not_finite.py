"""Steps that are not numbers."""

from __future__ import annotations

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.rates import (
    UNIT_INTERVAL,
    check_number,
    in_dtype,
)
from brickyard.training.algorithms.step_rule import StepRule, Updates


class RemoveNotFinite(StepRule):
    r"""Replace the step of a parameter if any element of it is not finite.

    .. math::

        s_t = \begin{cases} g_t & \text{if all elements of } g_t \text{ are finite} \\
              (1 - c) \theta & \text{otherwise} \end{cases}

    Parameters
    ----------
    scaler
        :math:`c`, a number in [0, 1]: what the parameter is multiplied by instead of
        an update. With 1, the default, it stays as it is.

    Raises
    ------
    TypeError, ValueError
        If the scaler is no number, or out of range.

    Notes
    -----
    Each parameter is looked at alone, and elements are tested one by one, not by their
    sum, which may overflow when they do not. Put the rule before rules with memory,
    whose averages would keep the bad value, and last if it scales parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([3.0, 4.0], name="W", dtype="floatX")
    >>> step, _ = RemoveNotFinite().compute_step(W, W * np.float32(np.nan))
    >>> evaluate(step).tolist()
    [0.0, 0.0]
    """

    def __init__(self, scaler: float = 1) -> None:
        self.scaler = check_number(self, "scaler", scaler, UNIT_INTERVAL)

    def compute_step(
        self, parameter: TensorVariable, previous_step: TensorVariable
    ) -> tuple[TensorVariable, Updates]:
        """Compute the step; see `StepRule.compute_step`."""
        is_finite = pt.all(pt.isfinite(previous_step))
        instead = in_dtype(1 - self.scaler, previous_step.type.dtype) * parameter
        return pt.switch(is_finite, previous_step, instead), []

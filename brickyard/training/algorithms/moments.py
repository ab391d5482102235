"""Running averages of a gradient and of its square, which the Adam family shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.rates import in_dtype

if TYPE_CHECKING:
    from brickyard.training.algorithms.step_rule import StepRule, Updates


def running_mean(
    rule: StepRule,
    parameter: TensorVariable,
    value: TensorVariable,
    decay: float | TensorVariable,
    name: str,
) -> tuple[TensorVariable, Updates]:
    r"""Average a value over the steps, with weights that decay exponentially.

    .. math:: m_t = \beta_t m_{t-1} + (1 - \beta_t) x_t

    Parameters
    ----------
    rule, parameter, name
        As for `add_buffer`, which makes :math:`m`.
    value
        :math:`x`, of the parameter's shape and dtype.
    decay
        :math:`\beta`, a scalar in [0, 1].

    Returns
    -------
    mean
        :math:`m_t`, not corrected for its start at zero.
    updates
        The update of the buffer.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> from brickyard.training.algorithms import Adam
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> mean, updates = running_mean(Adam(), W, 4 * W, 0.75, "mean")
    >>> evaluate(mean).tolist()
    [1.0]
    """
    dtype = value.type.dtype
    mean = add_buffer(rule, parameter, name)
    new_mean = in_dtype(decay, dtype) * mean + in_dtype(1 - decay, dtype) * value
    return new_mean, [(mean, new_mean)]


def running_moments(
    rule: StepRule,
    parameter: TensorVariable,
    gradient: TensorVariable,
    beta1: float | TensorVariable,
    beta2: float | TensorVariable,
) -> tuple[TensorVariable, TensorVariable, Updates]:
    r"""Average a gradient and its square.

    Parameters
    ----------
    rule, parameter
        As for `add_buffer`.
    gradient
        The gradient.
    beta1, beta2
        The decay of the mean and of the mean square.

    Returns
    -------
    mean, variance
        Both averages at this step; the variance is not centred.
    updates
        The updates of their buffers.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> from brickyard.training.algorithms import Adam
    >>> W = shared([1.0], name="W", dtype="floatX")
    >>> mean, variance, updates = running_moments(Adam(), W, 4 * W, 0.75, 0.75)
    >>> evaluate([mean, variance])[1].tolist()
    [4.0]
    """
    mean, mean_updates = running_mean(rule, parameter, gradient, beta1, "mean")
    variance, variance_updates = running_mean(
        rule, parameter, pt.sqr(gradient), beta2, "variance"
    )
    return mean, variance, mean_updates + variance_updates

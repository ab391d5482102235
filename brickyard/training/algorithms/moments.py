"""What the Adam family shares: averages of a gradient and of its square."""

from __future__ import annotations

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.rates import (
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    Rate,
    check_number,
    check_rate,
    in_dtype,
    make_rate,
)
from brickyard.training.algorithms.step_rule import StepRule, Updates


class MomentsRule(StepRule):
    """A rule that divides by the root of the gradient's average square.

    Parameters
    ----------
    learning_rate
        Not negative: a number, which becomes the shared variable
        ``rule.learning_rate``, a scalar shared variable, or a schedule.
    beta1, beta2
        How slowly the averages of the gradient and of its square change, in [0, 1): a
        number, which is compiled into the step, a scalar shared variable, or a
        schedule.
    epsilon
        A number greater than 0 that is added to the root.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is of the wrong kind, or out of range.
    """

    def __init__(
        self, learning_rate: Rate, beta1: Rate, beta2: Rate, epsilon: float
    ) -> None:
        self.learning_rate = make_rate(
            self, "learning_rate", learning_rate, NOT_NEGATIVE
        )
        self.beta1 = check_rate(self, "beta1", beta1, FRACTION)
        self.beta2 = check_rate(self, "beta2", beta2, FRACTION)
        self.epsilon = check_number(self, "epsilon", epsilon, POSITIVE)

    def corrected_root(
        self, variance: TensorVariable, correction: TensorVariable
    ) -> TensorVariable:
        r"""Return what a step is divided by.

        .. math:: \sqrt{v_t / (1 - \beta_2^t)} + \epsilon

        Parameters
        ----------
        variance
            :math:`v_t`, of the parameter's shape and dtype.
        correction
            :math:`\sqrt{1 - \beta_2^t}`, a scalar.
        """
        dtype = variance.type.dtype
        root = pt.sqrt(variance) / in_dtype(correction, dtype)
        return root + in_dtype(self.epsilon, dtype)


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


def one_minus_power(
    decay: float | TensorVariable, time: TensorVariable
) -> TensorVariable:
    r"""Return the weight that a running average has given to actual values.

    .. math:: 1 - \beta^t

    Parameters
    ----------
    decay
        :math:`\beta`, in [0, 1).
    time
        :math:`t`, the number of the step, a float scalar that starts at 1.

    Returns
    -------
    TensorVariable
        A scalar in (0, 1], of the dtype of `time`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> float(evaluate(one_minus_power(0.5, pt.constant(2.0, dtype="float32"))))
    0.75
    """
    dtype = time.type.dtype
    return in_dtype(1, dtype) - in_dtype(decay, dtype) ** time

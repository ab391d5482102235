"""Hyperparameters of step rules: checked, made shared, and read at the present step."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import shared
from brickyard.graph.roles import (
    ALGORITHM_HYPERPARAMETER,
    ALGORITHM_STATE,
    add_role,
)
from brickyard.training.schedules import Schedule

if TYPE_CHECKING:
    from brickyard.training.algorithms.step_rule import StepRule, Updates

Rate: TypeAlias = (
    float | TensorVariable | Schedule | Callable[[TensorVariable], TensorVariable]
)

POSITIVE = ("be greater than 0", lambda value: value > 0)
NOT_NEGATIVE = ("not be negative", lambda value: value >= 0)
FRACTION = ("lie in [0, 1)", lambda value: 0 <= value < 1)
UNIT_INTERVAL = ("lie in [0, 1]", lambda value: 0 <= value <= 1)
POSITIVE_FRACTION = ("lie in (0, 1]", lambda value: 0 < value <= 1)
Range: TypeAlias = tuple[str, Callable[[float], bool]]


def check_number(rule: StepRule, name: str, value: object, allowed: Range) -> float:
    """Return a hyperparameter as a float, or say what is wrong with it.

    Parameters
    ----------
    rule
        The rule it belongs to, for the message.
    name
        The name of the argument.
    value
        What was passed.
    allowed
        One of the ranges of this module.

    Returns
    -------
    float
        The value.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is not finite or out of range.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, np.ndarray) and value.ndim == 0):
        raise TypeError(
            f"{type(rule).__name__}: {name} must be a number, got "
            f"{value!r} ({type(value).__name__})"
        )
    number = float(value)  # type: ignore[arg-type]
    requirement, is_allowed = allowed
    if not np.isfinite(number) or not is_allowed(number):
        raise ValueError(
            f"{type(rule).__name__}: {name} must be finite and {requirement}, "
            f"got {number!r}"
        )
    return number


def check_rate(rule: StepRule, name: str, value: Rate, allowed: Range) -> Rate:
    """Check a number, a scalar variable or a schedule; leave it as it is.

    Parameters
    ----------
    rule, name, allowed
        As for `check_number`.
    value
        A number, a scalar variable of a float dtype, or a schedule: a callable that
        makes a scalar of the step count.

    Returns
    -------
    float, TensorVariable or callable
        What was passed, a number as a float. A shared variable is given the role
        ALGORITHM_HYPERPARAMETER, and the argument's name if it has none.

    Raises
    ------
    TypeError
        If it is none of these kinds.
    ValueError
        If a variable is no scalar, or a value is out of range.
    """
    if isinstance(value, Variable):
        _check_variable(rule, name, value, allowed)
        return value
    if callable(value) and not isinstance(value, type):
        return value
    if isinstance(value, bool) or not isinstance(value, Real | np.ndarray):
        raise TypeError(
            f"{type(rule).__name__}: {name} must be a number, a scalar shared variable "
            f"or a schedule, got {value!r} ({type(value).__name__})"
        )
    return check_number(rule, name, value, allowed)


def _check_variable(rule: StepRule, name: str, value: Variable, allowed: Range) -> None:
    dtype = str(getattr(value.type, "dtype", ""))
    if not isinstance(value, TensorVariable) or (
        value.type.ndim != 0 or not dtype.startswith("float")
    ):
        raise ValueError(
            f"{type(rule).__name__}: {name} must be a scalar of a float dtype, got "
            f"{value} of type {value.type}"
        )
    if isinstance(value, SharedVariable):
        check_number(rule, name, value.get_value(), allowed)
        add_role(value, ALGORITHM_HYPERPARAMETER)
        value.name = value.name or name


def make_rate(rule: StepRule, name: str, value: Rate, allowed: Range) -> Rate:
    """Make a number a shared variable, so that it can be changed between batches.

    Parameters
    ----------
    rule, name, value, allowed
        As for `check_rate`.

    Returns
    -------
    TensorVariable or callable
        For a number, a shared variable of dtype ``floatX`` called `name`, with the
        role ALGORITHM_HYPERPARAMETER; variables and schedules as they came.

    Raises
    ------
    TypeError, ValueError
        As for `check_rate`.
    """
    checked = check_rate(rule, name, value, allowed)
    if not isinstance(checked, float):
        return checked
    variable = shared(checked, name=name, dtype="floatX")
    add_role(variable, ALGORITHM_HYPERPARAMETER)
    variable.tag.step_rule = rule
    return variable


class Clock:
    """Reads the rates of a rule, and counts the steps if one of them asks for it.

    A rule makes one clock in each call of `compute_steps`, so that schedules and
    corrections are computed once, not once for every parameter.

    Parameters
    ----------
    rule
        The rule that computes steps.

    Attributes
    ----------
    updates : list
        The update of the step count, if there is one; to be returned by the rule.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from brickyard.training.algorithms import Scale
    >>> from brickyard.training.schedules import ExponentialSchedule
    >>> rule = Scale(ExponentialSchedule(0.5, num_steps=10))
    >>> clock = Clock(rule)
    >>> float(evaluate(clock.read(rule.learning_rate, "learning_rate")))
    0.5
    >>> len(clock.updates)
    1
    """

    def __init__(self, rule: StepRule) -> None:
        self.rule = rule
        self.updates: Updates = []
        self._steps_done: TensorVariable | None = None

    @property
    def steps_done(self) -> TensorVariable:
        """The number of steps before this one, an int64 scalar that starts at 0."""
        if self._steps_done is None:
            count = shared(0, name="step", dtype="int64")
            add_role(count, ALGORITHM_STATE)
            count.tag.step_rule = self.rule
            self.updates.append((count, count + np.int64(1)))
            self._steps_done = count
        return self._steps_done

    @property
    def time(self) -> TensorVariable:
        """The number of this step, starting at 1, as a ``floatX`` scalar."""
        return pt.cast(self.steps_done + np.int64(1), pytensor.config.floatX)

    def read(self, rate: Rate, name: str) -> float | TensorVariable:
        """Return a rate at this step.

        Parameters
        ----------
        rate
            What `check_rate` or `make_rate` returned.
        name
            The name of the argument, for messages.

        Returns
        -------
        float or TensorVariable
            A number as it is, and a scalar of dtype ``floatX`` for everything else.

        Raises
        ------
        TypeError
            If a schedule returns something else than a scalar.
        """
        if isinstance(rate, float):
            return rate
        if isinstance(rate, TensorVariable):
            return in_dtype(rate, pytensor.config.floatX)
        value = pt.as_tensor(rate(self.steps_done))
        if value.type.ndim != 0:
            raise TypeError(
                f"{type(self.rule).__name__}: the schedule of {name} must return a "
                f"scalar, got {value.type}"
            )
        return in_dtype(value, pytensor.config.floatX)


def in_dtype(value: float | TensorVariable, dtype: str) -> TensorVariable:
    """Return a scalar in a dtype, without a cast where it has it already.

    Parameters
    ----------
    value
        A Python number or a scalar variable.
    dtype
        A float dtype.

    Returns
    -------
    TensorVariable
        The scalar.
    """
    if not isinstance(value, TensorVariable):
        return pt.constant(np.asarray(value, dtype=dtype))
    return value if value.type.dtype == dtype else pt.cast(value, dtype)

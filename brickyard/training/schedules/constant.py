"""The same rate at every step."""

from __future__ import annotations

from numbers import Real

from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_value,
    float_constant,
)
from brickyard.training.schedules.base import Schedule


class ConstantSchedule(Schedule):
    """The same rate at every step; useful as a part of a `JoinedSchedule`.

    Parameters
    ----------
    value
        The rate, finite and not negative.

    Raises
    ------
    TypeError, ValueError
        If the value is no such number.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> float(evaluate(ConstantSchedule(0.5)(pt.constant(7))))
    0.5
    """

    def __init__(self, value: float) -> None:
        self.value = check_value(self, "value", value)

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        return float_constant(self.value)


def as_schedule(owner: object, name: str, value: object) -> Schedule:
    """Return a schedule as it is, and a number as a constant one.

    Parameters
    ----------
    owner, name
        Who was given it, and in which argument, for the message.
    value
        A schedule, a callable like one, or a number.

    Returns
    -------
    Schedule
        The schedule.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is a number that cannot be a rate.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        return ConstantSchedule(check_value(owner, name, value))
    if isinstance(value, type | TensorVariable) or not callable(value):
        raise TypeError(
            f"{type(owner).__name__}: {name} must be a schedule or a number, got "
            f"{value!r} ({type(value).__name__})"
        )
    return value  # type: ignore[return-value]

"""Checks of what schedules are given, and the scalars they are made of."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable


def check_value(owner: object, name: str, value: object) -> float:
    """Return a rate as a float, or say what is wrong with it.

    Parameters
    ----------
    owner
        The schedule, for the message.
    name
        The name of the argument.
    value
        What was passed.

    Returns
    -------
    float
        The value, finite and not negative.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is negative or not finite.
    """
    number = _check_real(owner, name, value)
    if not np.isfinite(number) or number < 0:
        raise ValueError(
            f"{type(owner).__name__}: {name} must be finite and not negative, "
            f"got {number!r}"
        )
    return number


def check_positive(owner: object, name: str, value: object) -> float:
    """Return a number as a float, unless it is not greater than 0.

    Parameters
    ----------
    owner, name, value
        As for `check_value`.

    Returns
    -------
    float
        The value, finite and greater than 0.

    Raises
    ------
    TypeError, ValueError
        As for `check_value`.
    """
    number = _check_real(owner, name, value)
    if not np.isfinite(number) or number <= 0:
        raise ValueError(
            f"{type(owner).__name__}: {name} must be finite and greater than 0, "
            f"got {number!r}"
        )
    return number


def check_count(owner: object, name: str, value: object) -> int:
    """Return a number of steps as an integer, unless it is less than 1.

    Parameters
    ----------
    owner, name, value
        As for `check_value`.

    Returns
    -------
    int
        The value, at least 1.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is less than 1.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(
            f"{type(owner).__name__}: {name} must be an integer, got {value!r} "
            f"({type(value).__name__})"
        )
    if value < 1:
        raise ValueError(
            f"{type(owner).__name__}: {name} must be at least 1, got {value!r}"
        )
    return int(value)


def float_constant(value: float) -> TensorVariable:
    """Return a number in ``floatX``.

    Parameters
    ----------
    value
        The number.

    Returns
    -------
    TensorVariable
        A scalar of dtype ``floatX``.
    """
    return pt.constant(np.asarray(value, dtype=pytensor.config.floatX))


def elapsed_part(step: TensorVariable, num_steps: int) -> TensorVariable:
    """Return the part of a number of steps that is done.

    Parameters
    ----------
    step
        The number of steps done, an int64 scalar.
    num_steps
        The number of steps of the whole.

    Returns
    -------
    TensorVariable
        A ``floatX`` scalar in [0, 1].
    """
    done = pt.minimum(step, np.int64(num_steps))
    return pt.cast(done, pytensor.config.floatX) / float_constant(num_steps)


def _check_real(owner: object, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(
            f"{type(owner).__name__}: {name} must be a number, got {value!r} "
            f"({type(value).__name__})"
        )
    return float(value)

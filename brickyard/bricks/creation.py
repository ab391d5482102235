"""Making the variable of a parameter from what an author says about it."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.backends import shared


@runtime_checkable
class Initializer(Protocol):
    """What fills parameters: `NdarrayInitialization`, or anything with its methods."""

    def generate(self, rng: Any, shape: tuple[int, ...]) -> np.ndarray:
        """Return a new array.

        Parameters
        ----------
        rng
            The NumPy generator to draw random numbers from.
        shape
            The shape of the array.
        """
        ...

    def initialize(
        self, var: Any, rng: Any, shape: tuple[int, ...] | None = None
    ) -> None:
        """Give a shared variable a new value.

        Parameters
        ----------
        var
            The shared variable.
        rng
            The NumPy generator to draw random numbers from.
        shape
            The shape of the value; that of the present one if None.
        """
        ...


def is_initializer(spec: object) -> bool:
    """Tell whether a specification of a parameter is an initializer.

    Parameters
    ----------
    spec
        What was given; a class is none, an instance of it may be one.
    """
    return isinstance(spec, Initializer) and not isinstance(spec, type)


def create_parameter(spec: Any, shape: Iterable[int], name: str, owner: str) -> Any:
    """Return the variable for a parameter.

    Parameters
    ----------
    spec
        A number, an array, a shared variable, an expression, an initializer or None.
        A number fills the parameter. For an initializer or None it is filled with
        NaN, until somebody gives it a value.
    shape
        The shape, one positive integer per axis.
    name
        The name of a newly made variable.
    owner
        The path of the brick, for messages.

    Returns
    -------
    Variable
        A new shared variable of dtype ``floatX`` and static shape `shape`, or `spec`
        itself if it is a variable.

    Raises
    ------
    TypeError
        If `spec` is none of these, or not made of real numbers, or a size not an
        integer.
    ValueError
        If the shapes differ or a size is not positive.
    """
    who = f"{owner}.{name}"
    sizes = _check_shape(shape, who)
    if isinstance(spec, Variable):
        return _check_variable(spec, sizes, who)
    if spec is None or is_initializer(spec):
        return shared(np.full(sizes, np.nan), name, "floatX")
    try:
        value = np.asarray(spec)
    except ValueError as error:
        raise TypeError(f"{who} cannot be made of {spec!r}: {error}") from error
    if value.dtype.kind not in "biuf":
        raise TypeError(
            f"{who} needs a number, an array, a variable or an initializer such as "
            f"Constant(0), got {spec!r} of type {type(spec).__name__}"
        )
    if value.ndim == 0:
        value = np.full(sizes, value)
    if value.shape != sizes:
        raise ValueError(
            f"{who} has shape {sizes}, the given array {value.shape}; transpose it or "
            "change the dimensions of the brick"
        )
    return shared(value, name, "floatX")


def _check_shape(shape: Iterable[int], who: str) -> tuple[int, ...]:
    sizes = tuple(shape)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, Integral):
            raise TypeError(
                f"{who} has shape {sizes}: its sizes must be integers, got {size!r}; "
                "check the dimensions of the brick"
            )
        if size < 1:
            raise ValueError(
                f"{who} has shape {sizes}: its sizes must be positive, got {size}; "
                "check the dimensions of the brick"
            )
    return tuple(int(size) for size in sizes)


def _check_variable(variable: Variable, sizes: tuple[int, ...], who: str) -> Variable:
    known = tuple(variable.type.shape)
    if isinstance(variable, SharedVariable):
        known = tuple(np.shape(variable.get_value(borrow=True)))
    fits = len(known) == len(sizes) and all(
        size in (None, wanted) for size, wanted in zip(known, sizes, strict=True)
    )
    if not fits:
        raise ValueError(
            f"{who} has shape {sizes}, the given variable {variable} has {known}; "
            "transpose it or change the dimensions of the brick"
        )
    return variable

"""The names under which monitored variables are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.scalar.basic import Add
from pytensor.tensor.elemwise import Elemwise

from brickyard.training.monitoring.quantities import MonitoredQuantity


def with_names(things: Sequence[Any], what: str) -> list[Any]:
    """Give variables without a name the one they are recorded under, if it is clear.

    A sum is recorded under the name of its term if exactly one term has a name: after
    ``cost = cost + penalty`` the new cost is still called like the first one.

    Parameters
    ----------
    things
        Variables or quantities.
    what
        What they are, for the message.

    Returns
    -------
    list
        The same things, with named copies in place of sums without a name.

    Raises
    ------
    TypeError
        If `things` is no list, or something is neither a variable nor a quantity.
    ValueError
        If a name is missing or given twice.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> cost, W = pt.scalar("cost"), pt.matrix("W")
    >>> [variable.name for variable in with_names([cost + 0.1 * (W**2).sum()], "costs")]
    ['cost']
    """
    if isinstance(things, Variable | MonitoredQuantity):
        raise TypeError(f"{what} must be a list, got one: pass [{things}]")
    for thing in things:
        if not isinstance(thing, Variable | MonitoredQuantity):
            raise TypeError(
                f"{what} must be variables or monitored quantities, got {thing!r} of "
                f"type {type(thing).__name__}"
            )
    named = [_with_name(thing) for thing in things]
    check_names(named, what)
    return named


def check_names(things: Sequence[Any], what: str) -> None:
    """Raise unless everything that is monitored has a name of its own.

    Parameters
    ----------
    things
        Variables or quantities.
    what
        What they are, for the message.

    Raises
    ------
    ValueError
        If a name is missing or given twice.
    """
    seen: set[str] = set()
    for thing in things:
        name = getattr(thing, "name", None)
        if not name:
            raise ValueError(
                f"{what} need a name to be recorded under, {thing} has none; give it "
                "one with .copy(name='...')"
            )
        if name in seen:
            raise ValueError(
                f"two {what} are called {name!r}; rename one with .copy(name='...')"
            )
        seen.add(name)


def _with_name(thing: Any) -> Any:
    if not isinstance(thing, Variable) or thing.name:
        return thing
    total: Any = thing
    names = [term.name for term in _terms(total) if term.name]
    return total.copy(name=names[0]) if len(names) == 1 else total


def _terms(variable: Any) -> Iterator[Variable]:
    """Go through the terms of a sum, also of sums without a name inside it."""
    op = getattr(variable.owner, "op", None)
    if not (isinstance(op, Elemwise) and isinstance(op.scalar_op, Add)):
        return
    for term in variable.owner.inputs:
        yield term
        if not term.name:
            yield from _terms(term)

"""Matching the arguments of calls with what the called takes."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from pytensor.graph.basic import Variable

if TYPE_CHECKING:
    from brickyard.bricks.application import BoundApplication

POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def refuse_unknown_arguments(cls: type, unknown: Iterable[str]) -> None:
    """Raise if arguments were given that no constructor of a class takes.

    Parameters
    ----------
    cls
        A class of bricks.
    unknown
        The names of the arguments that reached the base class.

    Raises
    ------
    TypeError
        If there are any, with what the nearest known name is.
    """
    for name in unknown:
        known = {
            each.name: None
            for base in cls.__mro__
            if "__init__" in vars(base)
            for each in list(
                inspect.signature(vars(base)["__init__"]).parameters.values()
            )[1:]
            if each.kind not in VARIADIC
        }
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it takes {list(known)}"
        raise TypeError(f"{cls.__name__} takes no argument {name!r}; {hint}")


def bind_arguments(
    bound: BoundApplication, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call by the names of the method's parameters.

    Positional arguments of a method that takes ``**kwargs`` alone stand for its
    inputs in their declared order, and named ones of a method that takes ``*args``
    alone for the inputs of these names.

    Parameters
    ----------
    bound
        The application that is called.
    args, kwargs
        The arguments of the call.

    Returns
    -------
    dict
        Values by parameter name; ``*args`` as a tuple and ``**kwargs`` as a dict.

    Raises
    ------
    TypeError
        If there are too many or too few inputs or one has an unknown name.
    """
    signature = bound.application.signature
    kinds = {each.kind for each in signature.parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        if inspect.Parameter.VAR_POSITIONAL not in kinds:
            args, kwargs = _name_positional(bound, args, kwargs)
        _refuse_unknown_tensors(bound, kwargs)
    elif inspect.Parameter.VAR_POSITIONAL in kinds:
        args, kwargs = _place_named(bound, args, kwargs)
    try:
        return dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        known = list(signature.parameters)
        unknown = [name for name in kwargs if name not in known]
        raise _argument_error(bound, str(error), unknown, known) from error


def _name_positional(
    bound: BoundApplication, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give the positional arguments that only fit ``**kwargs`` their declared names."""
    parameters = bound.application.signature.parameters.values()
    named = [each.name for each in parameters if each.kind in POSITIONAL]
    extra = args[len(named) :]
    if not extra:
        return args, kwargs
    names = [name for name in bound.inputs if name not in named]
    if len(extra) > len(names):
        problem = f"got {len(args)} positional inputs"
        raise _argument_error(bound, problem, [], names)
    moved = dict(zip(names, extra, strict=False))
    twice = [name for name in moved if name in kwargs]
    if twice:
        problem = f"got multiple values for {', '.join(map(repr, twice))}"
        raise _argument_error(bound, problem, [], names)
    return args[: len(named)], {**moved, **kwargs}


def _place_named(
    bound: BoundApplication, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Append the named arguments that follow on the positional ones."""
    rest = dict(kwargs)
    placed = list(args)
    for name in bound.inputs[len(args) :]:
        if name not in rest:
            break
        placed.append(rest.pop(name))
    return tuple(placed), rest


def _refuse_unknown_tensors(bound: BoundApplication, kwargs: dict[str, Any]) -> None:
    """Refuse tensors under undeclared names; other values may be options."""
    if not bound.declares("inputs"):
        return
    known = set(bound.application.signature.parameters)
    known.update(bound.inputs, bound.sequences, bound.states, bound.contexts)
    unknown = [
        name
        for name, value in kwargs.items()
        if name not in known and isinstance(value, Variable | np.ndarray)
    ]
    if unknown:
        problem = f"got unexpected {', '.join(map(repr, unknown))}"
        raise _argument_error(bound, problem, unknown, sorted(known))


def _argument_error(
    bound: BoundApplication, problem: str, unknown: list[str], known: list[str]
) -> TypeError:
    hints: list[str] = []
    for name in unknown:
        near = difflib.get_close_matches(name, known, n=1)
        hints.extend(f"; got {name!r}, did you mean {match!r}?" for match in near)
    return TypeError(
        f"{bound} takes the inputs ({', '.join(bound.inputs)}): {problem}"
        + "".join(hints)
    )

"""Options that are one word out of a few."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any


def check_choice(
    owner: str, argument: str, value: object, choices: Sequence[str]
) -> Any:
    """Return a choice, unless there is no such choice.

    Parameters
    ----------
    owner
        What was given the choice, for the message.
    argument
        The name of the argument, for the message.
    value
        What was passed.
    choices
        What may be passed.

    Returns
    -------
    str
        The value.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> check_choice("GradientDescent", "on_nan", "skip", ["raise", "skip"])
    'skip'
    """
    if value in choices:
        return value
    near = difflib.get_close_matches(str(value), choices, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"{owner}: {argument} must be one of {', '.join(map(repr, choices))}, got "
        f"{value!r}{hint}"
    )

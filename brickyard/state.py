"""State trees: what everything that can be stopped and resumed hands out.

A state is a dictionary with string keys whose leaves are JSON scalars, NumPy arrays
or lists and dictionaries of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

State = dict[str, Any]


def require_keys(state: Mapping[str, Any], keys: Iterable[str], owner: str) -> None:
    """Raise unless `state` has exactly the expected keys.

    Parameters
    ----------
    state
        The state that is about to be applied.
    keys
        The keys that must be there, and the only ones that may be.
    owner
        What the state belongs to, for the message.

    Raises
    ------
    TypeError
        If `state` is not a mapping.
    ValueError
        If a key is missing or unknown.

    Examples
    --------
    >>> require_keys({"epoch": 3}, ["epoch"], "the stream")
    >>> require_keys({"epok": 3}, ["epoch"], "the stream")
    Traceback (most recent call last):
        ...
    ValueError: the state of the stream lacks 'epoch' and has unknown 'epok'; ...
    """
    if not isinstance(state, Mapping):
        raise TypeError(
            f"the state of {owner} must be a mapping, got {type(state).__name__}"
        )
    expected = list(keys)
    missing = [key for key in expected if key not in state]
    unknown = [key for key in state if key not in expected]
    if not missing and not unknown:
        return
    problems = []
    if missing:
        problems.append("lacks " + ", ".join(map(repr, missing)))
    if unknown:
        problems.append("has unknown " + ", ".join(map(repr, unknown)))
    raise ValueError(
        f"the state of {owner} {' and '.join(problems)}; it was saved by another "
        "version or belongs to something else"
    )

"""The extensions of a main loop: what they must be, and their names."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

_METHODS = ("callbacks", "dispatch", "reads", "writes", "get_state", "set_state")


def checked_extensions(extensions: Sequence[Any] | None) -> list[Any]:
    """Return the extensions in a list of their own, if that is what they are.

    Parameters
    ----------
    extensions
        What the main loop was given.

    Returns
    -------
    list
        The same extensions.

    Raises
    ------
    TypeError
        If one lacks a method of extensions, naming the method.
    """
    checked = list(extensions or [])
    for extension in checked:
        lacking = [
            name for name in _METHODS if not callable(getattr(extension, name, None))
        ]
        if lacking:
            raise TypeError(
                f"MainLoop got {extension!r} among its extensions, which has no "
                f"{' or '.join(lacking)}; derive it from TrainingExtension"
            )
    return checked


def find_extension(extensions: Sequence[Any], name: str) -> Any:
    """Return the one extension called `name`.

    Parameters
    ----------
    extensions
        Extensions.
    name
        The name of exactly one of them.

    Raises
    ------
    ValueError
        If there is none of that name, or more than one.
    """
    found = [extension for extension in extensions if extension.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"{len(found)} extensions of the main loop are called {name!r}; give "
            "them names of their own with name=..."
        )
    names = [extension.name for extension in extensions]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"no extension of the main loop is called {name!r}, there are {names}{hint}"
    )


def extension_keys(extensions: Sequence[Any]) -> dict[str, Any]:
    """Name extensions uniquely: those sharing a name get ``_1``, ``_2`` and so on.

    Parameters
    ----------
    extensions
        The extensions in their order.

    Returns
    -------
    dict
        The extensions by key, in the same order.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> names = ["Printing", "Checkpoint", "Printing"]
    >>> list(extension_keys([SimpleNamespace(name=name) for name in names]))
    ['Printing', 'Checkpoint', 'Printing_1']
    """
    keys: dict[str, Any] = {}
    for extension in extensions:
        key, count = extension.name, 0
        while key in keys:
            count += 1
            key = f"{extension.name}_{count}"
        keys[key] = extension
    return keys

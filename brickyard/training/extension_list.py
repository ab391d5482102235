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
        If they are no list, or one is no extension: a class, an object that lacks a
        method of extensions, or one whose constructor leaves out the inherited one.
    ValueError
        If one is given twice.
    """
    if callable(getattr(extensions, "dispatch", None)):
        raise TypeError(
            f"the extensions of a MainLoop must be a list, got "
            f"{type(extensions).__name__}; pass [{type(extensions).__name__}(...)]"
        )
    checked = list(extensions or [])
    for position, extension in enumerate(checked):
        _check_extension(extension)
        if any(extension is other for other in checked[:position]):
            raise ValueError(
                f"MainLoop got the extension {extension.name!r} twice; it would act "
                "twice on each callback. Leave one out, or make a second object"
            )
    return checked


def _check_extension(extension: Any) -> None:
    if isinstance(extension, type):
        raise TypeError(
            f"MainLoop got the class {extension.__name__} among its extensions, not "
            f"an extension; call it: {extension.__name__}()"
        )
    lacking = [
        name for name in _METHODS if not callable(getattr(extension, name, None))
    ]
    if lacking:
        raise TypeError(
            f"MainLoop got {extension!r} among its extensions, which has no "
            f"{' or '.join(lacking)}; derive it from TrainingExtension"
        )
    if not hasattr(extension, "name"):
        raise TypeError(
            f"MainLoop got the extension {type(extension).__name__} without a name: "
            "its __init__ must call super().__init__(**kwargs)"
        )


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

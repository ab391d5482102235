"""Which backend compiles a graph, and how, when the caller does not say."""

from __future__ import annotations

import difflib
import os

BACKENDS = ("xla", "numba")
ENVIRONMENT_VARIABLE = "BRICKYARD_BACKEND"
SCAN_REWRITES_VARIABLE = "BRICKYARD_SCAN_REWRITES"

_chosen: str | None = None


def check_backend(name: str, origin: str) -> str:
    """Return `name` if it is a backend.

    Parameters
    ----------
    name
        The name to check.
    origin
        Where the name was found, for the message.

    Returns
    -------
    str
        `name`, unchanged.

    Raises
    ------
    ValueError
        If there is no such backend.
    """
    if name in BACKENDS:
        return name
    near = difflib.get_close_matches(str(name).lower(), BACKENDS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"{origin}: there is no backend {name!r}{hint} "
        f"(backends: {', '.join(map(repr, BACKENDS))})"
    )


def default_backend() -> str:
    """Return the backend that compiles graphs unless a call names another.

    Returns
    -------
    str
        What `set_default_backend` was given, else the environment variable
        ``BRICKYARD_BACKEND``, else ``"xla"``.

    Raises
    ------
    ValueError
        If the environment variable names no backend.

    Examples
    --------
    >>> default_backend() in ("xla", "numba")
    True
    """
    if _chosen is not None:
        return _chosen
    name = os.environ.get(ENVIRONMENT_VARIABLE, "") or "xla"
    return check_backend(name, f"environment variable {ENVIRONMENT_VARIABLE}")


def set_default_backend(name: str | None) -> None:
    """Choose the backend for all later compilations of this process.

    Parameters
    ----------
    name
        ``"xla"``, ``"numba"``, or None to go back to the environment variable.

    Raises
    ------
    ValueError
        If there is no such backend.

    Examples
    --------
    >>> set_default_backend("tensorflow")
    Traceback (most recent call last):
        ...
    ValueError: set_default_backend: there is no backend 'tensorflow' ...
    """
    global _chosen
    _chosen = None if name is None else check_backend(name, "set_default_backend")


def default_scan_rewrites() -> bool:
    """Return whether loops over time are rewritten unless a call says otherwise.

    Returns
    -------
    bool
        What the environment variable ``BRICKYARD_SCAN_REWRITES`` says, else True.

    Raises
    ------
    ValueError
        If the environment variable is neither ``1`` nor ``0``.

    Examples
    --------
    >>> default_scan_rewrites()
    True
    """
    value = os.environ.get(SCAN_REWRITES_VARIABLE, "") or "1"
    if value not in ("0", "1"):
        raise ValueError(
            f"environment variable {SCAN_REWRITES_VARIABLE} is 1 (rewrite loops, the "
            f"default) or 0 (leave them alone), got {value!r}"
        )
    return value == "1"

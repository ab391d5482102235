"""Training logs by name, those of installed plugins included."""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from brickyard.training.errors import LogError
from brickyard.training.log.base import TrainingLogBase
from brickyard.training.log.memory import TrainingLog

GROUP = "brickyard.log_backends"
"""The entry-point group in which distributions, this one first, announce logs."""


def make_log(name: str | None = None) -> TrainingLogBase:
    """Make a new log of the named kind.

    Parameters
    ----------
    name
        ``"memory"``, ``"sqlite"``, or another name that an installed distribution
        announces in the entry-point group ``brickyard.log_backends``; its object is
        called without arguments. None makes a log in memory.

    Returns
    -------
    TrainingLogBase
        The log.

    Raises
    ------
    ValueError
        If the name is unknown, or several distributions announce it.
    TypeError
        If what the plugin makes is not a training log.

    Examples
    --------
    >>> make_log("memory").status["iterations_done"]
    0
    """
    if name is None:
        return TrainingLog()
    announced = list(entry_points(group=GROUP))
    found = [point for point in announced if point.name == name]
    if not found:
        names = sorted(point.name for point in announced)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise LogError(f"unknown log backend {name!r}, there are {names}{hint}")
    if len(found) > 1:
        raise LogError(
            f"the log backend {name!r} is announced by several distributions, "
            f"{' and '.join(map(_owner, found))}; uninstall all but one"
        )
    log: Any = found[0].load()()
    if not isinstance(log, TrainingLogBase):
        raise TypeError(
            f"the log backend {name!r} of {_owner(found[0])} made a "
            f"{type(log).__name__}; it must make a TrainingLogBase"
        )
    return log


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value

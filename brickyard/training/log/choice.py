"""Training logs by name, those of installed plugins included."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from brickyard.training.errors import LogError
from brickyard.training.log.base import TrainingLogBase
from brickyard.training.log.memory import TrainingLog
from brickyard.training.log.sqlite import SQLiteLog

GROUP = "brickyard.log_backends"
"""The entry-point group in which distributions announce their logs."""

_OWN: dict[str, Callable[[], TrainingLogBase]] = {
    "memory": TrainingLog,
    "sqlite": SQLiteLog,
}


def make_log(name: str | None = None) -> TrainingLogBase:
    """Make a new log of the named kind.

    Parameters
    ----------
    name
        ``"memory"`` (also if None), ``"sqlite"``, or a name that an installed
        distribution announces in the entry-point group ``brickyard.log_backends``;
        its object is called without arguments.

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
    plugins = [point for point in announced if point.name == name]
    distributions = ["brickyard"] * (name in _OWN) + [_owner(p) for p in plugins]
    if len(distributions) > 1:
        raise LogError(
            f"the log backend {name!r} is announced by several distributions, "
            f"{' and '.join(distributions)}; uninstall all but one"
        )
    if name in _OWN:
        return _OWN[name]()
    if plugins:
        return _made_by_plugin(plugins[0])
    names = sorted({*_OWN, *(point.name for point in announced)})
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise LogError(f"unknown log backend {name!r}, there are {names}{hint}")


def _made_by_plugin(plugin: EntryPoint) -> TrainingLogBase:
    log: Any = plugin.load()()
    if not isinstance(log, TrainingLogBase):
        raise TypeError(
            f"the log backend {plugin.name!r} of {_owner(plugin)} made a "
            f"{type(log).__name__}; it must make a TrainingLogBase"
        )
    return log


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value

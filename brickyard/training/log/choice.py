"""Training logs by name, those of installed plugins included."""

from __future__ import annotations

import difflib
from typing import Any

from brickyard.plugins import PluginError, find_plugin, find_plugins
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
        If the name is unknown, several distributions announce it, or the plugin
        cannot be loaded.
    TypeError
        If what the plugin makes is not a training log.

    Examples
    --------
    >>> make_log("memory").status["iterations_done"]
    0
    """
    if name is None:
        return TrainingLog()
    try:
        plugin = find_plugin(GROUP, name)
        if plugin is None:
            names = list(find_plugins(GROUP))
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise LogError(f"unknown log backend {name!r}, there are {names}{hint}")
        make = plugin.load()
    except PluginError as error:
        raise LogError(str(error)) from error
    log: Any = make()
    if not isinstance(log, TrainingLogBase):
        raise TypeError(
            f"the log backend {name!r} of {plugin.distribution} made a "
            f"{type(log).__name__}; it must make a TrainingLogBase"
        )
    return log

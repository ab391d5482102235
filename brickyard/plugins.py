"""What installed distributions announce: datasets, converters, commands and others.

A distribution announces objects in entry-point groups. They are found by name, and
imported only when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

GROUPS = {
    "brickyard.commands": "commands",
    "brickyard.converters": "converters",
    "brickyard.datasets": "datasets",
    "brickyard.downloaders": "downloaders",
    "brickyard.extensions": "extensions",
    "brickyard.log_backends": "log backends",
}
"""The entry-point groups, and what is announced in each."""
OURS = "brickyard"


class PluginError(Exception):
    """A plugin cannot be loaded, or its name is taken; the message says whose it is."""


@dataclass(frozen=True)
class Plugin:
    """One object that a distribution announces.

    Parameters
    ----------
    group
        The entry-point group.
    name
        The name in it.
    distribution
        The name of the distribution that announces it.
    value
        Where the object is: ``module:attribute``.
    """

    group: str
    name: str
    distribution: str
    value: str

    def load(self) -> Any:
        """Import the object.

        Returns
        -------
        Any
            The object.

        Raises
        ------
        PluginError
            If importing it fails, for whatever reason.
        """
        try:
            return EntryPoint(self.name, self.value, self.group).load()
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"the plugin {self.name!r} ({self.group}) of the distribution "
                f"{self.distribution!r} cannot be loaded from {self.value!r}: "
                f"{type(error).__name__}: {error}; update or uninstall "
                f"{self.distribution}"
            ) from error


def find_plugins(group: str) -> dict[str, tuple[Plugin, ...]]:
    """Return what all installed distributions announce in a group, without loading it.

    Parameters
    ----------
    group
        The entry-point group, such as ``brickyard.datasets``.

    Returns
    -------
    dict
        By name, sorted, the plugins of that name: more than one if there is a clash.

    Examples
    --------
    >>> find_plugins("brickyard.nothing")
    {}
    """
    found: dict[str, list[Plugin]] = {}
    for point in entry_points(group=group):
        owner = point.dist.name if point.dist is not None else point.value
        plugin = Plugin(group, point.name, owner, point.value)
        found.setdefault(point.name, []).append(plugin)
    return {
        name: tuple(sorted(found[name], key=lambda plugin: plugin.distribution))
        for name in sorted(found)
    }


def find_plugin(group: str, name: str, own: Container[str] = ()) -> Plugin | None:
    """Return the plugin of a name, without loading it.

    Parameters
    ----------
    group
        The entry-point group.
    name
        The name in it.
    own
        Names that brickyard itself gives without announcing them.

    Returns
    -------
    Plugin or None
        None if no distribution announces the name.

    Raises
    ------
    PluginError
        If several distributions announce it, or one does and it is among `own`.

    Examples
    --------
    >>> find_plugin("brickyard.nothing", "mnist", own=["mnist"]) is None
    True
    """
    plugins = find_plugins(group).get(name, ())
    owners = [OURS] * (name in own) + [plugin.distribution for plugin in plugins]
    if plugins and len(owners) > 1:
        rest = "all but one" if name not in own else " and ".join(owners[1:])
        raise PluginError(
            f"the name {name!r} ({group}) is announced by several distributions, "
            f"{' and '.join(owners)}; uninstall {rest}"
        )
    return plugins[0] if plugins else None

"""``brickyard plugins``: what installed distributions add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickyard.cli.printing import format_table
from brickyard.plugins import GROUPS, find_plugins

if TYPE_CHECKING:
    import click


def plugins_command() -> click.Command:
    """Return the command."""
    import click

    @click.command("plugins", short_help="What installed distributions add.")
    def plugins() -> None:
        """List what installed distributions announce, without loading it.

        A name that several distributions announce is marked: it cannot be used.
        """
        click.echo(format_table(plugin_rows()))

    return plugins


def plugin_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table: a heading, then one row per plugin.

    Examples
    --------
    >>> ("log backends", "sqlite", "brickyard") in [row[:3] for row in plugin_rows()]
    True
    """
    rows: list[tuple[str, ...]] = [("KIND", "NAME", "DISTRIBUTION", "OBJECT")]
    for group, kind in GROUPS.items():
        for name, plugins in find_plugins(group).items():
            mark = " (clash)" if len(plugins) > 1 else ""
            rows += [
                (kind, name + mark, plugin.distribution, plugin.value)
                for plugin in plugins
            ]
    return rows

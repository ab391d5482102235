"""``brickyard data``: data sets from their servers to streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickyard.cli.convert_command import convert_group
from brickyard.cli.download_command import download_group
from brickyard.cli.info_command import info_command
from brickyard.cli.list_command import list_command
from brickyard.cli.named_group import named_group
from brickyard.cli.serve_command import serve_command

if TYPE_CHECKING:
    import click

_COMMANDS = {
    "convert": convert_group,
    "download": download_group,
    "info": info_command,
    "list": list_command,
    "serve": serve_command,
}


def data_group() -> click.Group:
    """Return the group of commands."""
    return named_group(
        "data",
        "Download, convert, look at and serve data sets.",
        lambda: list(_COMMANDS),
        lambda name: _COMMANDS[name](),
        kind="command",
    )

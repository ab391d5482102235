"""The ``brickyard`` command and what becomes of its errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brickyard._version import __version__
from brickyard.cli.data_commands import data_group
from brickyard.cli.named_group import named_group
from brickyard.cli.plugins_command import plugins_command
from brickyard.cli.printing import on_one_line, print_error
from brickyard.datasets.exceptions import (
    ConfigurationError,
    DownloadError,
    MissingInputFiles,
    NeedURLPrefix,
)
from brickyard.plugins import PluginError, find_plugin, find_plugins

if TYPE_CHECKING:
    import click

GROUP = "brickyard.commands"
OWN_COMMANDS = {"data": data_group, "plugins": plugins_command}
# What our functions raise with a message for people; others are said to be unexpected.
_EXPECTED = (
    ConfigurationError,
    DownloadError,
    MissingInputFiles,
    ModuleNotFoundError,
    NeedURLPrefix,
    OSError,
    PluginError,
    TypeError,
    ValueError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments
        The words of the command line; those of the process by default.

    Returns
    -------
    int
        0; 1 if something failed, and 2 if the words make no sense: then there is one
        line about it on standard error.

    Examples
    --------
    >>> main(["data", "convert", "nothing"])
    2
    """
    import click

    command = make_command()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = command.main(words, prog_name="brickyard", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        context = error.ctx.command_path if error.ctx is not None else "brickyard"
        print_error(f"{error.format_message()} (see: {context} --help)")
        return 2
    except BrokenPipeError:
        # The reader has gone; a second flush at the end must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (click.Abort, KeyboardInterrupt):
        print_error("interrupted")
        return 1
    except click.ClickException as error:
        print_error(error.format_message())
        return error.exit_code
    except Exception as error:
        if "--traceback" in words:
            traceback.print_exc()
        print_error(_explain(error))
        return 1
    return status if isinstance(status, int) else 0


def make_command() -> click.Group:
    """Return the ``brickyard`` command with the commands of plugins in it."""
    import click

    group = named_group(
        "brickyard",
        "Tools around brickyard. Each command has a --help of its own.",
        lambda: sorted({*OWN_COMMANDS, *find_plugins(GROUP)}),
        _find_command,
        kind="command",
    )
    group.params = [
        click.Option(
            ["--traceback"],
            is_flag=True,
            expose_value=False,
            help="Show where in the code an error came from.",
        )
    ]
    return click.version_option(__version__, prog_name="brickyard")(group)


def _find_command(name: str) -> click.Command:
    import click

    plugin = find_plugin(GROUP, name, own=OWN_COMMANDS)
    if plugin is None:
        return OWN_COMMANDS[name]()
    command: Any = plugin.load()
    if not isinstance(command, click.Command):
        raise PluginError(
            f"the command {name!r} of {plugin.distribution!r} must be a click.Command, "
            f"got {type(command).__name__}"
        )
    return command


def _explain(error: Exception) -> str:
    if isinstance(error, MissingInputFiles):
        return str(error.args[0])
    if isinstance(error, _EXPECTED) and str(error):
        return str(error)
    message = on_one_line(str(error))
    return (
        f"unexpected {type(error).__name__}: {message}; with --traceback behind "
        "`brickyard` it shows where"
    )

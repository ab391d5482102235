"""Groups of commands that are looked up by name when one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from brickyard.datasets.names import near_match
from brickyard.plugins import PluginError

if TYPE_CHECKING:
    import click


def named_group(
    name: str,
    help: str,
    names: Callable[[], list[str]],
    build: Callable[[str], click.Command],
    *,
    kind: str,
) -> click.Group:
    """Return a group whose commands are made when they are needed.

    A plugin that is broken does so only to its own command.

    Parameters
    ----------
    name
        The name of the group.
    help
        What it is for.
    names
        Returns the names of the commands.
    build
        Makes the command of a name.
    kind
        What a command is, for the message about an unknown one.

    Returns
    -------
    click.Group
        The group. Without a command, it shows its help.
    """
    import click

    class NamedGroup(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return names()

        def get_command(
            self, ctx: click.Context, cmd_name: str
        ) -> click.Command | None:
            known = names()
            if cmd_name not in known:
                raise click.UsageError(
                    f"there is no {kind} {cmd_name!r}{near_match(cmd_name, known)}",
                    ctx,
                )
            try:
                return build(cmd_name)
            except PluginError as error:
                return _broken(cmd_name, error)

    @click.pass_context
    def show_help(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            click.echo(context.get_help())

    return NamedGroup(name, help=help, invoke_without_command=True, callback=show_help)


def _broken(name: str, error: PluginError) -> click.Command:
    import click

    def fail(**_: Any) -> None:
        raise error

    return click.Command(
        name,
        callback=fail,
        short_help="(a plugin that cannot be loaded)",
        add_help_option=False,
        params=[click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
    )

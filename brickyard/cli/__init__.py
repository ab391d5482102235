"""The ``brickyard`` command."""

from brickyard.cli.command_line import main

__all__ = ["main"]

"""What is printed: one line for an error, aligned columns for a table."""

from __future__ import annotations

from collections.abc import Sequence


def on_one_line(text: str) -> str:
    r"""Return a text without line breaks and without characters that steer terminals.

    Parameters
    ----------
    text
        The text, of whatever origin.

    Examples
    --------
    >>> on_one_line("two  lines" + chr(10) + "and an " + chr(27) + "[31mescape")
    'two lines and an \\x1b[31mescape'
    """
    joined = " ".join(text.split())
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode()
        for each in joined
    )


def print_error(message: str) -> None:
    """Print a message on standard error, as one line.

    Parameters
    ----------
    message
        The message.
    """
    import click

    click.echo(f"error: {on_one_line(message)}", err=True)


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with their columns aligned to the left.

    Parameters
    ----------
    rows
        The cells of each row; all rows have the same number of them.

    Examples
    --------
    >>> print(format_table([("NAME", "SIZE"), ("mnist", "4"), ("iris", "1")]))
    NAME   SIZE
    mnist  4
    iris   1
    """
    clean = [[on_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in clean
    )

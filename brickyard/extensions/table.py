"""Rows of numbers in aligned columns, one at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

MISSING = "-"
MIN_WIDTH = 9


def format_value(value: Any) -> str:
    """Write a record's value with at most four significant digits.

    Parameters
    ----------
    value
        Anything that can be in a row of the log.

    Returns
    -------
    str
        Integers in full, other numbers rounded to four digits.

    Examples
    --------
    >>> [format_value(value) for value in (0.5, 1234567, 12345.678, 1.23456e-7, True)]
    ['0.5000', '1234567', '1.235e+04', '1.235e-07', 'yes']
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer | str):
        return str(value)
    if isinstance(value, float | np.floating):
        text = f"{float(value):#.4g}"
        return text.removesuffix(".").replace(".e", "e")
    array = np.asarray(value)
    return f"{array.dtype}{list(array.shape)}" if array.dtype != object else str(value)


def format_duration(seconds: float) -> str:
    """Write a time span.

    Parameters
    ----------
    seconds
        The span.

    Returns
    -------
    str
        Seconds below a minute, else minutes or hours.

    Examples
    --------
    >>> [format_duration(span) for span in (0.214, 59.96, 61, 3723)]
    ['0.2s', '1:00', '1:01', '1:02:03']
    """
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Table:
    """Columns that keep their width; new ones bring the header again.

    Examples
    --------
    >>> table = Table()
    >>> table.lines({"epoch": "1", "cost": "0.5000"})
    ['    epoch      cost', '        1    0.5000']
    >>> table.lines({"epoch": "2", "cost": "0.2500"})
    ['        2    0.2500']
    """

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}

    def lines(self, cells: dict[str, str], last: tuple[str, ...] = ()) -> list[str]:
        """Return the lines to print for a row.

        Parameters
        ----------
        cells
            Text by column.
        last
            Columns that stay at the right end.

        Returns
        -------
        list of str
            The header, if a column is new, and the row.
        """
        lines = []
        new = [column for column in cells if column not in self._widths]
        if new:
            widths = {**self._widths, **{c: max(len(c), MIN_WIDTH) for c in new}}
            order = [c for c in widths if c not in last] + [
                c for c in last if c in widths
            ]
            self._widths = {column: widths[column] for column in order}
            lines.append(self._join({column: column for column in order}))
        lines.append(self._join(cells))
        return lines

    def _join(self, cells: dict[str, str]) -> str:
        return " ".join(
            cells.get(column, MISSING).rjust(width)
            for column, width in self._widths.items()
        )

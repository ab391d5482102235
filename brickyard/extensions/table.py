"""Rows of numbers in aligned columns, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

MISSING = "-"
MIN_WIDTH = 9
MAX_WIDTH = 13


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
    r"""Columns that keep their width; new ones bring the header again.

    Long names of columns are broken at underscores.

    Parameters
    ----------
    last
        Columns that stay at the right end.

    Examples
    --------
    >>> table = Table()
    >>> print(*table.add({"epoch": "1", "test_cost_best_so_far": "yes"}), sep="\n")
              test_cost_
        epoch best_so_far
            1        yes
    >>> table.add({"epoch": "2"})
    ['        2           -']
    """

    def __init__(self, last: tuple[str, ...] = ()) -> None:
        self._last = last
        self._widths: dict[str, int] = {}

    def add(self, cells: dict[str, str]) -> list[str]:
        """Return the lines to print for a row.

        Parameters
        ----------
        cells
            Text by column.

        Returns
        -------
        list of str
            The lines of the header, if a column is new, and the row.
        """
        lines = []
        if any(column not in self._widths for column in cells):
            columns = list(dict.fromkeys([*self._widths, *cells]))
            columns.sort(key=lambda column: column in self._last)
            names = [_broken(column) for column in columns]
            self._widths = {
                column: max(MIN_WIDTH, *map(len, name))
                for column, name in zip(columns, names, strict=True)
            }
            height = max(map(len, names))
            padded = [[""] * (height - len(name)) + name for name in names]
            lines += [self._join(parts) for parts in zip(*padded, strict=True)]
        lines.append(self._join([cells.get(c, MISSING) for c in self._widths]))
        return lines

    def _join(self, texts: Iterable[str]) -> str:
        pairs = zip(texts, self._widths.values(), strict=True)
        return " ".join(text.rjust(width) for text, width in pairs)


def _broken(name: str) -> list[str]:
    """Break a name into lines of at most `MAX_WIDTH` characters where it can be."""
    lines = [""]
    for part in name.replace("_", "_ ").split(" "):
        if lines[-1] and len(lines[-1] + part) > MAX_WIDTH:
            lines.append("")
        lines[-1] += part
    return lines

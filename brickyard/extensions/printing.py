"""The log on the screen."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

import numpy as np

from brickyard.extensions.monitoring import MonitoringExtension, extensions_of_kind
from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.extensions.table import (
    MISSING,
    Table,
    format_duration,
    format_value,
)
from brickyard.extensions.timing import Timing

_NOT_IN_TABLE = ("training_finish_requested", "training_finished", "got_exception")


class Printing(SimpleExtension):
    """Print a table with one row per epoch.

    The columns are the epochs and batches done, every number or truth value in the
    current row of the log, and the time since the last row. A record that appears
    later brings a new header. What `Timing` writes, and what is no number, is left to
    ``verbose=True``, which prints status and row in full instead.

    Acts before the first and after every epoch, and when training is ended or
    interrupted, if no condition is given.

    Parameters
    ----------
    verbose : bool
        Print everything the log has instead of a table.
    file : file object, optional
        Where to print to; standard output if not given.
    **kwargs
        The name and conditions.

    Examples
    --------
    >>> sorted(Printing(every_n_epochs=5).callbacks())
    ['after_epoch', 'before_training', 'on_resumption']
    """

    def __init__(
        self, *, verbose: bool = False, file: TextIO | None = None, **kwargs: Any
    ) -> None:
        default_conditions(
            kwargs,
            "before_first_epoch",
            "after_epoch",
            "after_training",
            "on_interrupt",
        )
        super().__init__(**kwargs)
        self.verbose = verbose
        self.file = file
        self._table = Table(last=("time",))
        self._last_time = time.perf_counter()

    def before_training(self) -> None:
        """Start the clock."""
        self._last_time = time.perf_counter()

    def on_resumption(self) -> None:
        """Start the clock."""
        self._last_time = time.perf_counter()

    def do(self, which_callback: str, *args: Any) -> None:
        """Print the current row.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        if self.verbose:
            self._print_all(which_callback)
        elif which_callback in ("after_training", "on_interrupt"):
            self._print_end(which_callback)
        else:
            self._print_row()

    def _print_row(self) -> None:
        log = self.main_loop.log
        now = time.perf_counter()
        cells = {
            "epoch": str(log.status["epochs_done"]),
            "batches": str(log.status["iterations_done"]),
        }
        row, hidden = _row(log), self._hidden_records()
        records = [r for r, value in row.items() if _is_number(value)]
        for record in dict.fromkeys([*self._expected_records(), *records]):
            if record not in hidden and not record.startswith("_"):
                value = row.get(record)
                cells[record] = MISSING if value is None else format_value(value)
        cells["time"] = format_duration(now - self._last_time)
        self._last_time = now
        *header, line = self._table.add(cells)
        for part in header:
            self._write(part, style="bold")
        self._write(line)

    def _expected_records(self) -> list[str]:
        """Name the numbers that will come, so that the header is complete at once."""
        monitoring = extensions_of_kind(self.main_loop.extensions, MonitoringExtension)
        return [record for other in monitoring for record in other.scalar_records()]

    def _hidden_records(self) -> set[str]:
        clocks = extensions_of_kind(self.main_loop.extensions, Timing)
        return {*_NOT_IN_TABLE, *(r for clock in clocks for r in clock.writes())}

    def _print_end(self, which_callback: str) -> None:
        status = self.main_loop.status
        what = "finished" if which_callback == "after_training" else "interrupted"
        epochs, batches = status["epochs_done"], status["iterations_done"]
        self._write(
            f"Training {what} after {epochs} epoch{'s'[: epochs != 1]}, "
            f"{batches} batch{'es'[: 2 * (batches != 1)]}."
        )

    def _print_all(self, which_callback: str) -> None:
        log = self.main_loop.log
        self._write(f"{which_callback}: status", style="bold")
        for key in sorted(log.status):
            if not key.startswith("_"):
                self._write(f"    {key}: {format_value(log.status[key])}")
        time_now = log.status["iterations_done"]
        self._write(f"log records of batch {time_now}", style="bold")
        row = _row(log)
        for record in sorted(row):
            self._write(f"    {record}: {format_value(row[record])}")

    def _write(self, line: str, style: str = "") -> None:
        file = sys.stdout if self.file is None else self.file
        if file.isatty():
            line = _styled(line, style, file)
        bars = sys.modules.get("tqdm")
        if bars is None:
            print(line, file=file, flush=True)
        else:
            # A progress bar on the same terminal steps aside.
            bars.tqdm.write(line, file=file)
            file.flush()


def _row(log: Any) -> dict[str, Any]:
    return dict(log.find_row(log.status["iterations_done"]) or {})


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.bool_)


def _styled(line: str, style: str, file: TextIO) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, width=max(len(line), 1), force_terminal=True)
    with console.capture() as captured:
        console.print(Text(line, style=style), end="")
    return captured.get()

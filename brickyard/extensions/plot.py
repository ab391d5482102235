"""A picture of how records have changed."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from brickyard.extensions.simple import SimpleExtension, default_conditions

logger = logging.getLogger(__name__)


class LearningCurve(SimpleExtension):
    """Draw records over the epochs into a picture file.

    Needs matplotlib (``pip install brickyard[plot]``); no window is opened, and its
    settings are left alone. Acts when training is ended or interrupted if no
    condition is given.

    Parameters
    ----------
    path : str or Path
        The picture; the ending chooses the format, for instance ``.png`` or ``.svg``.
    records : list of str
        The records to draw, each as a line; values that are not finite leave a gap.
    x : {"epochs", "batches"}
        What is on the horizontal axis.
    yscale : {"linear", "log"}
        The scale of the vertical axis.
    ylabel : str
        The label of the vertical axis.
    **kwargs
        ``title``, the name and conditions.

    Raises
    ------
    TypeError
        If `records` is a single string.
    ValueError
        If there are no records, or `x` or `yscale` is unknown.

    Examples
    --------
    >>> curve = LearningCurve("curve.png", ["train_cost", "test_cost"], yscale="log")
    >>> curve.reads()
    ['train_cost', 'test_cost']
    """

    def __init__(
        self,
        path: str | Path,
        records: Sequence[str],
        *,
        x: Literal["epochs", "batches"] = "epochs",
        yscale: Literal["linear", "log"] = "linear",
        ylabel: str = "value",
        **kwargs: Any,
    ) -> None:
        self.title = kwargs.pop("title", "Learning curve")
        default_conditions(kwargs, "after_training", "on_interrupt")
        super().__init__(**kwargs)
        if isinstance(records, str) or not records:
            raise (TypeError if isinstance(records, str) else ValueError)(
                f"{self.name} draws a list of records, got {records!r}"
            )
        for argument, value, choices in (
            ("x", x, ("epochs", "batches")),
            ("yscale", yscale, ("linear", "log")),
        ):
            if value not in choices:
                raise ValueError(
                    f"{self.name}: {argument} is {' or '.join(map(repr, choices))}, "
                    f"got {value!r}"
                )
        self.path = Path(path)
        self.records = list(records)
        self.x, self.yscale, self.ylabel = x, yscale, ylabel

    def reads(self) -> list[str]:
        """Name the records that are drawn.

        Returns
        -------
        list of str
            All of them.
        """
        return list(self.records)

    def setup(self) -> None:
        """Check that a picture can be drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the directory of the picture does not exist.
        """
        if importlib.util.find_spec("matplotlib") is None:
            raise ImportError(
                f"{self.name} draws with matplotlib, which is not installed; "
                "pip install brickyard[plot]"
            )
        if not self.path.parent.is_dir():
            raise ValueError(
                f"{self.name}: the directory {self.path.parent} for {self.path.name} "
                "does not exist; create it first"
            )

    def do(self, which_callback: str, *args: Any) -> None:
        """Draw the picture; if it cannot be written, say so and train on.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        figure = self.figure()
        part = self.path.with_name(f".{self.path.stem}.part{self.path.suffix}")
        try:
            figure.savefig(part)
            os.replace(part, self.path)
        except OSError as error:
            logger.warning("%s could not write %s: %s", self.name, self.path, error)
            with contextlib.suppress(OSError):
                part.unlink()

    def curves(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Collect the values of the records from the log.

        Returns
        -------
        dict
            For each record where it was written, on the horizontal axis, and what.
        """
        log = self.main_loop.log
        points: dict[str, list[tuple[int, float]]] = {r: [] for r in self.records}
        for time in sorted(log):
            row = log.find_row(time) or {}
            for record in self.records:
                if record in row:
                    points[record].append((time, float(row[record])))
        curves = {}
        for record, pairs in points.items():
            times, values = np.array(pairs, dtype=float).reshape(-1, 2).T
            values = np.where(np.isfinite(values), values, np.nan)
            curves[record] = (self._positions(times), values)
        return curves

    def figure(self) -> Any:
        """Draw the curves.

        Returns
        -------
        matplotlib.figure.Figure
            A figure of its own, known to no window system.
        """
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 5), dpi=120, layout="constrained")
        axes = figure.add_subplot()
        curves = self.curves()
        # Points that stand alone between gaps show as markers only.
        few = max(len(values) for _, values in curves.values()) <= 100
        marker = "o" if few else "."
        for record, (positions, values) in curves.items():
            axes.plot(positions, values, label=record, marker=marker, markersize=3)
        axes.set_xlabel(self.x)
        axes.set_ylabel(self.ylabel)
        axes.set_yscale(self.yscale)
        axes.set_title(self.title)
        axes.grid(alpha=0.3)
        axes.legend()
        return figure

    def _positions(self, times: np.ndarray) -> np.ndarray:
        if self.x == "batches":
            return times
        ends = [0, *self.main_loop.status["_epoch_ends"]]
        if len(ends) == 1:
            return np.zeros_like(times)
        # Beyond the last complete epoch at the pace of that epoch.
        pace = ends[-1] - ends[-2]
        inside = np.interp(times, ends, np.arange(len(ends)))
        return inside + np.maximum(times - ends[-1], 0) / pace

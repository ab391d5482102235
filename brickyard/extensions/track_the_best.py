"""Noticing new best values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.state import State


class TrackTheBest(SimpleExtension):
    """Remember the best value of a record, and say when there is a new one.

    The best value is also found in the status of the loop, as ``best_`` and the name
    of the record. NaN is never best, and a value that only equals the best is none.

    Acts before the first and after every epoch if no condition is given.

    Parameters
    ----------
    record_name : str
        The record to look at; rows without it are passed over.
    notification_name : str, optional
        The record that is set to True in the row of a new best value;
        ``<record_name>_best_so_far`` if not given.
    choose_best : callable
        Takes two values and returns the better one: `min` or `max`.
    **kwargs
        The name and conditions.

    Raises
    ------
    TypeError
        If `choose_best` cannot be called.

    Examples
    --------
    >>> extension = TrackTheBest("test_error", after_epoch=True)
    >>> extension.reads(), extension.writes()
    (['test_error'], ['test_error_best_so_far'])
    """

    def __init__(
        self,
        record_name: str,
        notification_name: str | None = None,
        choose_best: Callable[[Any, Any], Any] = min,
        **kwargs: Any,
    ) -> None:
        default_conditions(kwargs, "before_first_epoch", "after_epoch")
        super().__init__(**kwargs)
        if not callable(choose_best):
            raise TypeError(
                f"{self.name}: choose_best is a function of two values such as min or "
                f"max, got {choose_best!r}"
            )
        self.record_name = record_name
        self.notification_name = notification_name or f"{record_name}_best_so_far"
        self.best_name = f"best_{record_name}"
        self.choose_best = choose_best
        self.best: float | None = None

    def reads(self) -> list[str]:
        """Name the record that is tracked.

        Returns
        -------
        list of str
            One name.
        """
        return [self.record_name]

    def writes(self) -> list[str]:
        """Name the record of the notification.

        Returns
        -------
        list of str
            One name.
        """
        return [self.notification_name]

    def do(self, which_callback: str, *args: Any) -> None:
        """Compare the current value with the best.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.

        Raises
        ------
        TypeError
            If the record is no number.
        """
        row = self.main_loop.log.current_row
        if self.record_name not in row:
            return
        try:
            value = float(row[self.record_name])
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{self.name} compares numbers, but the record {self.record_name!r} "
                f"is {row[self.record_name]!r}"
            ) from error
        if math.isnan(value) or not self._is_better(value):
            return
        self.best = self.main_loop.status[self.best_name] = value
        row[self.notification_name] = True

    def get_state(self) -> State:
        """Return the best value.

        Returns
        -------
        dict
            ``best``, None before the first value.
        """
        return {**super().get_state(), "best": self.best}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        self.check_state(state, ["best"])
        self.best = state["best"]
        self.restore_conditions(state)

    def _is_better(self, value: float) -> bool:
        best = self.best
        return best is None or (
            value != best and self.choose_best(value, best) == value
        )

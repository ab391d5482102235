"""Ending the training when nothing gets better any more."""

from __future__ import annotations

from typing import Any

from brickyard.extensions.conditions import positive_count
from brickyard.extensions.finish_after import FinishAfter
from brickyard.extensions.simple import default_conditions
from brickyard.state import State
from brickyard.training.records import FINISH_RECORD


class FinishIfNoImprovementAfter(FinishAfter):
    """End the training when a notification has not come for some time.

    Patience begins with the first notification and is reset by every further one.
    What is left of it is written into the log each time the extension acts, and the
    training ends when nothing is left. Acts after every epoch if no condition is
    given.

    Parameters
    ----------
    notification_name : str
        The record that tells of an improvement, as `TrackTheBest` writes it.
    iterations : int, optional
        The number of batches without improvement after which training ends.
    epochs : int, optional
        The number of epochs without improvement after which training ends. One of
        `iterations` and `epochs` has to be given.
    patience_log_record : str, optional
        The record for the patience that is left, in batches or epochs;
        ``<notification_name>_patience_iterations`` or ``..._patience_epochs`` if not
        given.
    **kwargs
        The name and conditions.

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If both or none of `iterations` and `epochs` are given, or one is not positive.

    Examples
    --------
    >>> FinishIfNoImprovementAfter("error_best_so_far", epochs=3).writes()
    ['training_finish_requested', 'error_best_so_far_patience_epochs']
    """

    def __init__(
        self,
        notification_name: str,
        iterations: int | None = None,
        epochs: int | None = None,
        patience_log_record: str | None = None,
        **kwargs: Any,
    ) -> None:
        default_conditions(kwargs, "after_epoch")
        # Ends again what it has ended, should that be run again.
        kwargs.setdefault("on_resumption", True)
        super().__init__(**kwargs)
        check_limits(self.name, iterations, epochs)
        unit = "iterations" if epochs is None else "epochs"
        self._limit = positive_count(unit, iterations if epochs is None else epochs)
        self._counter = f"{unit}_done"
        self.iterations, self.epochs = iterations, epochs
        self.notification_name = notification_name
        self.patience_log_record = (
            patience_log_record or f"{notification_name}_patience_{unit}"
        )
        self.last_best: int | None = None
        self._ended = False

    def reads(self) -> list[str]:
        """Name the notification.

        Returns
        -------
        list of str
            One name.
        """
        return [self.notification_name]

    def writes(self) -> list[str]:
        """Name the request for the end and the patience.

        Returns
        -------
        list of str
            Two names.
        """
        return [FINISH_RECORD, self.patience_log_record]

    def update_best(self) -> None:
        """Take note of a notification in the current row."""
        if self.main_loop.log.current_row.get(self.notification_name, False):
            self.last_best = self.main_loop.status[self._counter]

    def do(self, which_callback: str, *args: Any) -> None:
        """Count, write what is left of the patience, and end the training at none.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        if which_callback == "on_resumption":
            if self._ended and self._patience() <= 0:
                super().do(which_callback)
            return
        self.update_best()
        if self.last_best is None:
            return
        patience = self._patience()
        self.main_loop.log.current_row[self.patience_log_record] = patience
        self._ended = patience <= 0
        if self._ended:
            super().do(which_callback)

    def get_state(self) -> State:
        """Return when the last improvement was.

        Returns
        -------
        dict
            ``last_best``, the count of batches or epochs then, None before the first;
            ``ended``, whether the extension has asked for the end.
        """
        return {
            **super().get_state(),
            "last_best": self.last_best,
            "ended": self._ended,
        }

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
        self.check_state(state, ["last_best", "ended"])
        self.last_best, self._ended = state["last_best"], bool(state["ended"])
        self.restore_conditions(state)

    def _patience(self) -> int:
        last = self.last_best or 0
        return self._limit - (self.main_loop.status[self._counter] - last)


def check_limits(owner: str, iterations: int | None, epochs: int | None) -> None:
    """Raise unless one of two limits is given.

    Parameters
    ----------
    owner
        The extension, for the message.
    iterations, epochs
        The limits.

    Raises
    ------
    ValueError
        If both or none are given.
    """
    if (iterations is None) == (epochs is None):
        raise ValueError(
            f"{owner} needs either iterations or epochs, got iterations={iterations} "
            f"and epochs={epochs}; epochs=10 ends training after 10 epochs without "
            "improvement"
        )

"""What every training log offers."""

from __future__ import annotations

import uuid as uuid_module
from abc import ABC, abstractmethod
from collections.abc import MutableMapping
from typing import Any

from brickyard.state import State

Row = MutableMapping[str, Any]


def initial_status() -> dict[str, Any]:
    """Give the status of a training run that has not begun."""
    return {
        "iterations_done": 0,
        "epochs_done": 0,
        "_epoch_ends": [],
        "training_started": False,
        "epoch_started": False,
        "training_finish_requested": False,
        "epoch_interrupt_received": False,
        "batch_interrupt_received": False,
    }


class TrainingLogBase(ABC):
    """Rows of records, one row for each number of processed batches.

    ``log[time]`` is the row of `time`, made empty if it is not there yet. Values in
    rows are JSON values (None, bool, int, float, str, lists and dictionaries of
    them), NumPy scalars and NumPy arrays, and are not changed in place afterwards.

    Parameters
    ----------
    uuid : str, optional
        Identity of the run, 32 hexadecimal digits; a new one if not given.

    Attributes
    ----------
    status : dict
        Where the training run stands: ``iterations_done``, ``epochs_done``,
        ``_epoch_ends`` (``iterations_done`` at the end of each epoch) and flags.
    """

    def __init__(self, uuid: str | None = None) -> None:
        self.uuid = uuid_module.UUID(uuid) if uuid else uuid_module.uuid4()
        self.resumed_from: str | None = None
        self.status: dict[str, Any] = initial_status()

    @abstractmethod
    def __getitem__(self, time: int) -> Row:
        """Return the row of `time`, made empty if it is not there yet."""

    @abstractmethod
    def find_row(self, time: int) -> Row | None:
        """Return the row of a time, or None; never make one.

        Parameters
        ----------
        time
            How many batches were done.
        """

    @abstractmethod
    def get_state(self) -> State:
        """Return all that is needed to continue this log."""

    @abstractmethod
    def set_state(self, state: State) -> None:
        """Continue the log that gave a state; later rows are gone.

        Parameters
        ----------
        state
            What `get_state` returned.
        """

    def flush(self) -> None:  # noqa: B027 - a choice, not a duty
        """Write out what is buffered, if the log is kept outside memory."""

    def close(self) -> None:  # noqa: B027 - a choice, not a duty
        """Write out what is buffered and release files."""

    @property
    def h_uuid(self) -> str:
        """Identity of the run, 32 hexadecimal digits."""
        return self.uuid.hex

    def resume(self) -> None:
        """Become a new run that goes on from this one, with an identity of its own."""
        self.resumed_from = self.h_uuid
        self.uuid = uuid_module.uuid4()

    @property
    def current_row(self) -> Row:
        """The row of the last processed batch (row 0 before the first)."""
        return self[self.status["iterations_done"]]

    @property
    def previous_row(self) -> Row:
        """The row before the current one."""
        return self[self.status["iterations_done"] - 1]

    @property
    def last_epoch_row(self) -> Row:
        """The row at the end of the last complete epoch.

        Raises
        ------
        ValueError
            If no epoch is complete yet.
        """
        ends = self.status["_epoch_ends"]
        if not ends:
            raise ValueError("the training log has no complete epoch yet")
        return self[ends[-1]]

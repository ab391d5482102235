"""The training log in memory."""

from __future__ import annotations

import uuid as uuid_module
from collections import defaultdict
from typing import Any

from brickyard.state import State, require_keys
from brickyard.training.log.base import Row, TrainingLogBase


class TrainingLog(defaultdict[int, dict[str, Any]], TrainingLogBase):
    """A training log kept in memory: a dictionary of rows.

    All of it goes into every checkpoint. For runs with very many rows take
    `SQLiteLog`, which keeps them in a database.

    Parameters
    ----------
    uuid : str, optional
        Identity of the run, 32 hexadecimal digits; a new one if not given.

    Examples
    --------
    >>> log = TrainingLog()
    >>> log.current_row["cost"] = 0.5
    >>> log.status["iterations_done"] = 1
    >>> log.current_row["cost"] = 0.25
    >>> log[0]["cost"], log.previous_row is log[0]
    (0.5, True)
    """

    def __init__(self, uuid: str | None = None) -> None:
        defaultdict.__init__(self, dict)
        TrainingLogBase.__init__(self, uuid)

    def __reduce__(self) -> Any:
        return _rebuild, (self.get_state(),)

    def find_row(self, time: int) -> Row | None:
        """Return the row of `time`, or None; never make one.

        Parameters
        ----------
        time
            Number of batches processed when the row was current.
        """
        return self.get(time)

    def get_state(self) -> State:
        """Return the identity, the status and all rows in order of time."""
        return {
            "uuid": self.h_uuid,
            "resumed_from": self.resumed_from,
            "status": {**self.status, "_epoch_ends": [*self.status["_epoch_ends"]]},
            "rows": [[time, dict(self[time])] for time in sorted(self)],
        }

    def set_state(self, state: State) -> None:
        """Replace the whole log by the one that gave `state`.

        Parameters
        ----------
        state
            What `get_state` gave.

        Raises
        ------
        ValueError
            If `state` is not the state of a log in memory.
        """
        require_keys(
            state, ["uuid", "resumed_from", "status", "rows"], "the training log"
        )
        identity = uuid_module.UUID(state["uuid"])
        rows = {int(time): dict(row) for time, row in state["rows"]}
        status = {**state["status"], "_epoch_ends": [*state["status"]["_epoch_ends"]]}
        self.uuid, self.resumed_from = identity, state["resumed_from"]
        self.clear()
        self.update(rows)
        self.status.clear()
        self.status.update(status)


def _rebuild(state: State) -> TrainingLog:
    log = TrainingLog()
    log.set_state(state)
    return log

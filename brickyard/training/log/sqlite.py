"""The training log in a SQLite database."""

from __future__ import annotations

import logging
import os
import uuid as uuid_module
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from brickyard.state import State, require_keys
from brickyard.training.errors import LogError
from brickyard.training.log.base import Row, TrainingLogBase
from brickyard.training.log.database import Change, LogDatabase

logger = logging.getLogger(__name__)

MAX_PENDING = 10_000
"""How many records are collected before they are written in mid-epoch."""


class SQLiteLog(TrainingLogBase, Mapping[int, Row]):
    """A training log kept in a SQLite database, many runs to a file.

    Records are collected in memory and written in one transaction at the end of every
    epoch, with every checkpoint, at the end of training, and when there are 10,000:
    logging costs next to nothing per batch, and checkpoints do not grow with the log.
    Nothing is overwritten in
    the database, so that a checkpoint can bring back the log as it was.

    Parameters
    ----------
    database : str or path, optional
        The file; made if it does not exist. If not given, the environment variable
        ``BRICKYARD_SQLITE_DATABASE`` names it, else it is ``log.sqlite`` in the
        user's data directory.
    uuid : str, optional
        Identity of the run, 32 hexadecimal digits; a new one if not given. With the
        identity of a run in the database, that run is read.

    Raises
    ------
    LogError
        When the file is used for the first time, if it is no database of training
        logs, is damaged, or stays locked by another program for ten seconds.

    Notes
    -----
    Values come back bit for bit and with their types. The table ``entries`` can be
    read by other programs: ``time``, ``record`` and ``value`` of numbers and texts.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> log = SQLiteLog(Path(folder.name) / "runs.sqlite")
    >>> log.current_row["cost"] = 0.5
    >>> log.close()
    >>> again = SQLiteLog(Path(folder.name) / "runs.sqlite", uuid=log.h_uuid)
    >>> dict(again[0])
    {'cost': 0.5}
    >>> again.close()
    >>> folder.cleanup()
    """

    def __init__(
        self,
        database: str | os.PathLike[str] | None = None,
        uuid: str | None = None,
    ) -> None:
        super().__init__(uuid)
        self.database = Path(database) if database is not None else default_database()
        self._database = LogDatabase(self.database)
        # Runs this one goes on from, oldest first, and how much of them belongs to it.
        self._ancestors: list[tuple[str, int]] = []
        self._sequence = 0
        self._cache: dict[int, _TrackedRow] = {}
        self._pending: list[Change] = []
        self._flush_at = MAX_PENDING
        self._latest = -1
        # A run that is in the database already is read from it.
        self._stored = False
        if uuid is not None:
            self._open_run(uuid)

    @property
    def conn(self) -> Any:
        """The open connection of the standard library's ``sqlite3``."""
        return self._database.connection

    def __getitem__(self, time: int) -> Row:
        row = self.find_row(time)
        if row is None:
            if len(self._pending) >= self._flush_at:
                self._flush_early()
            row = self._cache[time] = _TrackedRow(self, time, {})
            self._latest = max(self._latest, time)
        return row

    def __iter__(self) -> Iterator[int]:
        times = self._read_times() if self._stored else set()
        for time, row in self._cache.items():
            change = times.add if row else times.discard
            change(time)
        return iter(sorted(times))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, time: object) -> bool:
        return isinstance(time, int) and bool(self.find_row(time))

    def find_row(self, time: int) -> Row | None:
        """Return the row of `time`, or None; never make one.

        Parameters
        ----------
        time
            Number of batches processed when the row was current.
        """
        row = self._cache.get(time)
        if row is not None or time > self._latest or not self._stored:
            return row
        records = self._database.read_row(self._lineage(), time)
        if not records:
            return None
        row = self._cache[time] = _TrackedRow(self, time, records)
        return row

    def flush(self) -> None:
        """Write what was recorded since the last time, in one transaction.

        Raises
        ------
        LogError
            If the database cannot be written; the records stay in memory.
        """
        self._database.append(self.h_uuid, self._sequence, self._pending, self.status)
        self._sequence += len(self._pending)
        self._pending.clear()
        self._flush_at = MAX_PENDING
        self._stored = True
        # Rows that can no longer be in use are read again when somebody asks.
        recent = {self.status["iterations_done"] - i for i in (0, 1)}
        recent.update(self.status["_epoch_ends"][-1:])
        for time in [time for time in self._cache if time not in recent]:
            del self._cache[time]

    def close(self) -> None:
        """Write what is still in memory and close the database."""
        self.flush()
        self._database.close()

    def resume(self) -> None:
        """Become a new run that goes on from this one, whose rows it shares."""
        self.flush()
        self._ancestors.append((self.h_uuid, self._sequence))
        super().resume()
        self._sequence = 0

    def get_state(self) -> State:
        """Write all rows to the database and return where the log stands.

        Returns
        -------
        dict
            The identity, the number of entries, the lineage and the status; the rows
            themselves stay in the database.
        """
        self.flush()
        return {
            "uuid": self.h_uuid,
            "resumed_from": self.resumed_from,
            "ancestors": [list(ancestor) for ancestor in self._ancestors],
            "entries": self._sequence,
            "status": {**self.status, "_epoch_ends": [*self.status["_epoch_ends"]]},
        }

    def set_state(self, state: State) -> None:
        """Continue the run that gave `state`; its later entries are removed.

        Parameters
        ----------
        state
            What `get_state` gave.

        Raises
        ------
        LogError
            If the database does not have that run, or not all of it.
        """
        keys = ["uuid", "resumed_from", "ancestors", "entries", "status"]
        require_keys(state, keys, "the SQLite log")
        identity = uuid_module.UUID(state["uuid"])
        ancestors = [(str(name), int(count)) for name, count in state["ancestors"]]
        status = {**state["status"], "_epoch_ends": [*state["status"]["_epoch_ends"]]}
        self._database.truncate(identity.hex, int(state["entries"]), ancestors)
        self.uuid, self.resumed_from = identity, state["resumed_from"]
        self._ancestors, self._sequence = ancestors, int(state["entries"])
        self._forget_rows()
        self.status.clear()
        self.status.update(status)

    def _flush_early(self) -> None:
        # An epoch may be endless; a database that is locked for a while is no reason
        # to end training.
        try:
            self.flush()
        except LogError as error:
            self._flush_at += MAX_PENDING
            logger.warning("%s; its rows stay in memory for the next attempt", error)

    def _open_run(self, uuid: str) -> None:
        found = self._database.find_run(self.h_uuid)
        if found is None:
            return
        self._sequence, status = found
        self.status.update(status)
        self._forget_rows()

    def _forget_rows(self) -> None:
        self._cache.clear()
        self._pending.clear()
        self._stored = True
        self._latest = max(self._read_times(), default=-1)

    def _lineage(self) -> list[tuple[str, int]]:
        return [*self._ancestors, (self.h_uuid, self._sequence)]

    def _read_times(self) -> set[int]:
        return self._database.read_times(self._lineage())


class _TrackedRow(MutableMapping[str, Any]):
    """A row that notes every change for the next transaction."""

    __slots__ = ("_log", "_records", "_time")

    def __init__(self, log: SQLiteLog, time: int, records: dict[str, Any]) -> None:
        self._log = log
        self._time = time
        self._records = records

    def __getitem__(self, record: str) -> Any:
        return self._records[record]

    def __setitem__(self, record: str, value: Any) -> None:
        if type(record) is not str:
            raise TypeError(f"the name of a record must be a string, got {record!r}")
        self._records[record] = value
        self._log._pending.append(Change(self._time, record, value))

    def __delitem__(self, record: str) -> None:
        del self._records[record]
        self._log._pending.append(Change(self._time, record, removed=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, record: object) -> bool:
        return record in self._records

    def __repr__(self) -> str:
        return repr(self._records)


def default_database() -> Path:
    """Return the database of a `SQLiteLog` that is not told which to use.

    Raises
    ------
    LogError
        If its directory cannot be made.
    """
    named = os.environ.get("BRICKYARD_SQLITE_DATABASE")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    folder = user_data_path("brickyard", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LogError(
            f"the training log's default directory {folder} cannot be made "
            f"({error.strerror}); set BRICKYARD_SQLITE_DATABASE or pass a database"
        ) from error
    return folder / "log.sqlite"

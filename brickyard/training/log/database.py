"""The database behind `SQLiteLog`: entries that are only ever appended."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from brickyard.training.errors import LogError
from brickyard.training.log.values import decode_value, encode_value
from brickyard.training.state_tree import join_state, split_state

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x62726C67
"""Marks a SQLite file as a database of training logs ("brlg")."""

SCHEMA_VERSION = 1
LOCK_TIMEOUT_S = 10.0
_SCHEMA = (
    "CREATE TABLE runs (uuid TEXT PRIMARY KEY, status TEXT NOT NULL)",
    "CREATE TABLE entries (uuid TEXT NOT NULL, sequence INTEGER NOT NULL, "
    "time INTEGER NOT NULL, record TEXT NOT NULL, kind TEXT NOT NULL, value, "
    "data BLOB, PRIMARY KEY (uuid, sequence)) WITHOUT ROWID",
    "CREATE INDEX entries_by_time ON entries (uuid, time)",
)
_REMOVED = "removed"

Lineage = Sequence[tuple[str, int]]


class Change(NamedTuple):
    """One record of one row that was set or removed."""

    time: int
    record: str
    value: Any = None
    removed: bool = False


class LogDatabase:
    """One database file.

    Parameters
    ----------
    path
        The file; it is opened, and made, when it is used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._closer: Any = None

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, one for each process."""
        if self._connection is None or self._process != os.getpid():
            self._connection = self._open()
            self._process = os.getpid()
            self._closer = weakref.finalize(self, self._connection.close)
        return self._connection

    def close(self) -> None:
        """Close the connection, if it is open."""
        if self._closer is not None:
            self._closer()
        self._connection = None

    def append(
        self,
        uuid: str,
        sequence: int,
        changes: Sequence[Change],
        status: dict[str, Any],
    ) -> None:
        """Write changes and the status of a run in one transaction.

        Parameters
        ----------
        uuid
            The run.
        sequence
            How many entries it has.
        changes
            What is new.
        status
            Its status now.
        """
        rows = [
            (uuid, sequence + i, change.time, change.record, *_encode(change))
            for i, change in enumerate(changes)
        ]
        text, _ = split_state(status)
        with self._transaction("write") as connection:
            connection.executemany("INSERT INTO entries VALUES (?,?,?,?,?,?,?)", rows)
            connection.execute("INSERT OR REPLACE INTO runs VALUES (?,?)", (uuid, text))

    def read_row(self, lineage: Lineage, time: int) -> dict[str, Any]:
        """Return the records of a row.

        Parameters
        ----------
        lineage
            Runs, oldest first, with the number of entries that count.
        time
            The row.
        """
        records: dict[str, Any] = {}
        for uuid, count in lineage:
            with self._transaction("read") as connection:
                found = connection.execute(
                    "SELECT record, kind, value, data FROM entries WHERE uuid = ? "
                    "AND time = ? AND sequence < ? ORDER BY sequence",
                    (uuid, time, count),
                ).fetchall()
            for record, kind, value, data in found:
                if kind == _REMOVED:
                    records.pop(record, None)
                else:
                    records[record] = self._decode(record, time, kind, value, data)
        return records

    def read_times(self, lineage: Lineage) -> set[int]:
        """Return the times of all rows that have records.

        Parameters
        ----------
        lineage
            Runs, oldest first, with the number of entries that count.
        """
        # SQLite takes `kind` from the row in which it finds the maximum.
        latest = (
            "SELECT time, record, kind, MAX(sequence) FROM entries "
            "WHERE uuid = ? AND sequence < ? GROUP BY time, record"
        )
        present: set[tuple[int, str]] = set()
        for uuid, count in lineage:
            with self._transaction("read") as connection:
                for time, record, kind, _ in connection.execute(latest, (uuid, count)):
                    change = present.discard if kind == _REMOVED else present.add
                    change((time, record))
        return {time for time, _ in present}

    def find_run(self, uuid: str) -> tuple[int, dict[str, Any]] | None:
        """Return the number of entries and the status of a run, None without one.

        Parameters
        ----------
        uuid
            The run.
        """
        with self._transaction("read") as connection:
            found = connection.execute(
                "SELECT status FROM runs WHERE uuid = ?", (uuid,)
            ).fetchone()
        if found is None:
            return None
        return self._count(uuid), join_state(found[0], {})

    def truncate(self, uuid: str, count: int, ancestors: Lineage) -> None:
        """Remove the entries of a run behind the first `count`.

        Parameters
        ----------
        uuid
            The run.
        count
            How many entries stay.
        ancestors
            Runs that must be there with at least so many entries.

        Raises
        ------
        LogError
            If the database lacks some of it.
        """
        for name, needed in [*ancestors, (uuid, count)]:
            found = self._count(name)
            if found < needed:
                raise LogError(
                    f"the training log {self.path} has {found} entries of the run "
                    f"{name}, but the state needs {needed}; is it the database that "
                    "the training wrote to, and unharmed?"
                )
        with self._transaction("write") as connection:
            connection.execute(
                "DELETE FROM entries WHERE uuid = ? AND sequence >= ?", (uuid, count)
            )

    def _count(self, uuid: str) -> int:
        with self._transaction("read") as connection:
            (last,) = connection.execute(
                "SELECT MAX(sequence) FROM entries WHERE uuid = ?", (uuid,)
            ).fetchone()
        return 0 if last is None else last + 1

    def _decode(
        self, record: str, time: int, kind: str, value: Any, data: bytes | None
    ) -> Any:
        try:
            return decode_value(kind, value, data)
        except (TypeError, ValueError) as error:
            raise LogError(
                f"the training log {self.path} is damaged: the record {record!r} of "
                f"row {time} cannot be read ({error})"
            ) from error

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        try:
            connection = sqlite3.connect(self.path, timeout=LOCK_TIMEOUT_S)
        except sqlite3.Error as error:
            raise self._error("open", error) from error
        try:
            # Transactions are begun and ended here, not by the library.
            connection.isolation_level = None
            connection.execute("PRAGMA synchronous = FULL")
            self._prepare(connection)
        except sqlite3.Error as error:
            connection.close()
            raise self._error("use", error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        if not tables and not application:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif application != APPLICATION_ID:
            raise LogError(
                f"{self.path} is a SQLite database, but not one of training logs; "
                "nothing was changed in it, name another file"
            )
        elif version != SCHEMA_VERSION:
            raise LogError(
                f"the training log {self.path} has the format {version}; this version "
                f"of brickyard reads format {SCHEMA_VERSION}"
            )
        connection.execute("COMMIT")

    @contextlib.contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        import sqlite3

        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE" if doing == "write" else "BEGIN")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self._error(doing, error) from error
            raise

    def _error(self, doing: str, error: Exception) -> LogError:
        hint = ""
        if "locked" in str(error):
            hint = "; another program holds it, close that or use another file"
        elif "unable to open" in str(error):
            hint = "; does its directory exist, and may it be written to?"
        return LogError(f"cannot {doing} the training log {self.path}: {error}{hint}")


def _encode(change: Change) -> tuple[str, Any, bytes | None]:
    if change.removed:
        return _REMOVED, None, None
    try:
        return encode_value(change.value)
    except TypeError as error:
        raise TypeError(
            f"the record {change.record!r} of row {change.time} cannot be kept in a "
            f"training log: {error}"
        ) from error

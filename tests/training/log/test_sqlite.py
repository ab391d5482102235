"""The log in a database: exact, cheap, and clear about misuse."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from brickyard.training.errors import LogError
from brickyard.training.log import SQLiteLog, database, sqlite


@pytest.fixture
def log(tmp_path):
    made = SQLiteLog(tmp_path / "log.sqlite")
    yield made
    made.close()


def rows(log):
    return {time: dict(log[time]) for time in log}


def fill(log, start, stop):
    for time in range(start, stop):
        log.status["iterations_done"] = time
        log.current_row["cost"] = np.float32(time / 3)


def test_rows_come_back_from_the_file(log):
    fill(log, 0, 50)
    expected = rows(log)
    log.close()
    with closing(SQLiteLog(log.database, uuid=log.h_uuid)) as again:
        assert rows(again) == expected
        assert again.status == log.status
        assert len(again) == 50
        assert 3 in again and 99 not in again


def test_nothing_is_written_before_flush(log):
    fill(log, 0, 100)
    assert not log.database.exists()
    log.flush()
    assert log.database.exists()
    # Rows that are no longer current leave memory.
    assert len(log._cache) == 2
    assert log[5]["cost"] == np.float32(5 / 3)


def test_state_removes_later_rows_and_changes(log):
    fill(log, 0, 10)
    log[3]["note"] = "old"
    state = log.get_state()
    expected = rows(log)
    log[3]["note"] = "new"
    del log[4]["cost"]
    fill(log, 10, 20)
    log.close()
    with closing(SQLiteLog(log.database)) as again:
        again.set_state(state)
        assert rows(again) == expected
        assert again.h_uuid == log.h_uuid
        assert again.status["iterations_done"] == 9
        fill(again, 10, 12)
        again.flush()
        assert sorted(again) == list(range(12))


def test_state_does_not_grow(log):
    fill(log, 0, 3)
    small = log.get_state()
    fill(log, 3, 300)
    assert len(str(log.get_state())) < len(str(small)) + 20


def test_removed_records_stay_removed(log):
    log[0]["a"] = 1
    log.flush()
    log[0].pop("a")
    log.close()
    with closing(SQLiteLog(log.database, uuid=log.h_uuid)) as again:
        assert rows(again) == {}
        again[0]["b"] = 2
        del again[0]["b"]
        assert list(again) == []


def test_runs_are_kept_apart(log):
    log[0]["a"] = 1
    log.flush()
    with closing(SQLiteLog(log.database)) as other:
        other[0]["a"] = 2
        other.flush()
        assert rows(other) == {0: {"a": 2}}
    assert rows(log) == {0: {"a": 1}}


def test_resumed_run_shares_rows_of_the_former(log):
    fill(log, 0, 3)
    log.resume()
    fill(log, 3, 5)
    state = log.get_state()
    assert sorted(log) == [0, 1, 2, 3, 4]
    with closing(SQLiteLog(log.database)) as again:
        again.set_state(state)
        assert rows(again) == rows(log)


def test_state_without_its_database(log, tmp_path):
    fill(log, 0, 3)
    state = log.get_state()
    with (
        closing(SQLiteLog(tmp_path / "other.sqlite")) as other,
        pytest.raises(LogError, match=r"other.sqlite has 0 entries .* needs 3"),
    ):
        other.set_state(state)


def test_failed_flush_keeps_rows(log, monkeypatch):
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.0)
    log[0]["a"] = 1
    with closing(sqlite3.connect(log.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LogError, match=r"log.sqlite: database is locked; another"):
            log.flush()
        other.execute("ROLLBACK")
    log.flush()
    assert rows(log) == {0: {"a": 1}}


def test_endless_epochs_are_written_in_between(log, monkeypatch, caplog):
    monkeypatch.setattr(sqlite, "MAX_PENDING", 10)
    log.flush()
    fill(log, 0, 25)
    assert len(log._pending) < 10
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.0)
    log.close()
    with closing(sqlite3.connect(log.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        log.status["iterations_done"] = 25
        fill(log, 25, 60)
        other.execute("ROLLBACK")
    assert "database is locked" in caplog.text
    assert sorted(rows(log)) == list(range(60))


def test_database_of_somebody_else(tmp_path):
    path = tmp_path / "theirs.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE important (x)")
    log = SQLiteLog(path)
    log[0]["a"] = 1
    with pytest.raises(LogError, match=r"theirs.sqlite is a SQLite database, but not"):
        log.flush()
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("important",)]


def test_no_database_at_all(tmp_path):
    path = tmp_path / "text.sqlite"
    path.write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(LogError, match=r"text.sqlite: file is not a database"):
        SQLiteLog(path, uuid="0" * 32)


def test_missing_directory(tmp_path):
    log = SQLiteLog(tmp_path / "gone" / "log.sqlite")
    log[0]["a"] = 1
    with pytest.raises(LogError, match=r"unable to open.* does its directory exist"):
        log.flush()


def test_later_format(tmp_path):
    log = SQLiteLog(tmp_path / "later.sqlite")
    log.close()
    with closing(sqlite3.connect(log.database)) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(LogError, match="has the format 9; this version"):
        SQLiteLog(log.database, uuid=log.h_uuid)


def test_damaged_value(log):
    log[0]["a"] = 1
    log.close()
    with closing(sqlite3.connect(log.database, isolation_level=None)) as connection:
        connection.execute("UPDATE entries SET kind = 'object'")
    with (
        closing(SQLiteLog(log.database, uuid=log.h_uuid)) as again,
        pytest.raises(LogError, match="damaged: the record 'a' of row 0"),
    ):
        again[0]


def test_value_that_cannot_be_kept(log):
    log[4]["a"] = object()
    with pytest.raises(TypeError, match="record 'a' of row 4 cannot be kept"):
        log.flush()
    log[4]["a"] = 1
    log._pending.pop(0)


def test_record_names_are_strings(log):
    with pytest.raises(TypeError, match="name of a record must be a string, got 3"):
        log[0][3] = 1


def test_default_database(monkeypatch, tmp_path):
    monkeypatch.setenv("BRICKYARD_SQLITE_DATABASE", str(tmp_path / "named.sqlite"))
    assert SQLiteLog().database == tmp_path / "named.sqlite"
    monkeypatch.delenv("BRICKYARD_SQLITE_DATABASE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert sqlite.default_database().name == "log.sqlite"


def test_default_directory_cannot_be_made(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("BRICKYARD_SQLITE_DATABASE", raising=False)
    monkeypatch.setattr(
        "platformdirs.user_data_path", lambda *a, **k: tmp_path / "file" / "deeper"
    )
    with pytest.raises(LogError, match=r"default directory .* cannot be made"):
        SQLiteLog()


def test_connection_is_the_standard_one(log):
    assert isinstance(log.conn, sqlite3.Connection)
    log.close()
    assert log.conn.execute("SELECT COUNT(*) FROM entries").fetchone() == (0,)

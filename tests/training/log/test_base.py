"""What all logs have in common."""

import uuid

import pytest

from brickyard.training.log import SQLiteLog, TrainingLog


@pytest.fixture(params=["memory", "sqlite"])
def log(request, tmp_path):
    made = TrainingLog() if request.param == "memory" else SQLiteLog(tmp_path / "log")
    yield made
    made.close()


def test_rows_around_the_current_one(log):
    log.current_row["a"] = 1
    log.status["iterations_done"] = 1
    assert dict(log.current_row) == {}
    assert dict(log.previous_row) == {"a": 1}


def test_last_epoch_row(log):
    with pytest.raises(ValueError, match="has no complete epoch yet"):
        log.last_epoch_row  # noqa: B018
    log[7]["x"] = 2
    log.status["_epoch_ends"] = [3, 7]
    assert log.last_epoch_row["x"] == 2


def test_find_row_makes_none(log):
    assert log.find_row(0) is None
    assert log.find_row(0) is None
    log[0]["a"] = 1
    assert log.find_row(0)["a"] == 1
    assert list(log) == [0]


def test_resume_is_a_new_run_with_the_same_rows(log):
    log[0]["a"] = 1
    former = log.h_uuid
    log.resume()
    assert log.h_uuid != former
    assert log.resumed_from == former
    log[1]["b"] = 2
    assert {time: dict(log[time]) for time in log} == {0: {"a": 1}, 1: {"b": 2}}


def test_identity_can_be_given(tmp_path):
    name = uuid.uuid4().hex
    assert TrainingLog(name).h_uuid == name
    assert len(TrainingLog().h_uuid) == 32


def test_rows_can_be_changed_like_dictionaries(log):
    row = log[3]
    row.update(a=1, b=2.5)
    row["a"] += 1
    assert row.pop("b") == 2.5
    assert "b" not in row
    assert dict(row) == {"a": 2}
    log.flush()
    assert dict(log[3]) == {"a": 2}

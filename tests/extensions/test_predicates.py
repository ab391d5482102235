"""Predicates over the log."""

from __future__ import annotations

from brickyard.extensions import AllOf, OnLogRecord, always_true
from brickyard.training.log import TrainingLog


def test_on_log_record_follows_the_current_row_without_making_one():
    log = TrainingLog()
    predicate = OnLogRecord("best")
    assert not predicate(log)
    assert len(log) == 0
    log.current_row["best"] = True
    assert predicate(log)
    log.current_row["best"] = False
    assert not predicate(log)
    log.status["iterations_done"] = 1
    assert not predicate(log)


def test_all_of():
    log = TrainingLog()
    log.current_row["a"] = True
    assert AllOf(always_true, OnLogRecord("a"))(log)
    assert not AllOf(always_true, OnLogRecord("b"))(log)

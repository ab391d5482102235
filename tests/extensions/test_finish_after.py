"""Ending the training."""

from __future__ import annotations

import pytest

from brickyard.extensions import FinishAfter, OnLogRecord
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop


@pytest.mark.parametrize(
    ("conditions", "batches"),
    [
        ({"after_n_epochs": 2}, 8),
        ({"after_n_batches": 5}, 5),
        ({"after_epoch": True}, 4),
    ],
)
def test_ends(conditions, batches):
    loop = idle_main_loop([FinishAfter(**conditions)])
    loop.run()
    assert loop.status["iterations_done"] == batches


def test_a_record_can_end_training():
    finish = FinishAfter(after_training=False)
    finish.add_condition(["after_epoch"], OnLogRecord("ok"))
    loop = idle_main_loop([WriteRecords({"ok": [False, False, True]}), finish])
    loop.run()
    assert loop.status["epochs_done"] == 3


def test_complete_training_ends_at_once_when_run_again():
    loop = idle_main_loop([FinishAfter(after_n_epochs=2)])
    loop.run()
    loop.run()
    assert loop.status["epochs_done"] == 2


def test_higher_limit_goes_on():
    finish = FinishAfter(after_n_epochs=2)
    loop = idle_main_loop([finish])
    loop.run()
    finish.set_conditions(after_n_epochs=3)
    loop.run()
    assert loop.status["epochs_done"] == 3


def test_resumes_exactly():
    check_extension(lambda: FinishAfter(after_n_batches=6))


def test_condition_is_needed():
    with pytest.raises(
        ValueError, match=r"FinishAfter needs a condition.*after_n_epoch"
    ):
        FinishAfter()


def test_a_misspelt_condition_is_named():
    with pytest.raises(TypeError, match="'after_n_epoch'; did you mean 'after_n_epoch"):
        FinishAfter(after_n_epoch=3)

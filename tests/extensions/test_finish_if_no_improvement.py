"""Patience."""

from __future__ import annotations

import pytest

from brickyard.extensions import FinishAfter, FinishIfNoImprovementAfter
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop


def run(notifications, **kwargs):
    loop = idle_main_loop(
        [
            WriteRecords({"best": notifications}),
            FinishIfNoImprovementAfter("best", **kwargs),
            FinishAfter(after_n_epochs=len(notifications)),
        ],
        2,
    )
    loop.run()
    return loop


def test_epochs():
    loop = run([True, None, True, None, None, None, None], epochs=2)
    assert loop.status["epochs_done"] == 5
    patience = [loop.log[2 * e]["best_patience_epochs"] for e in range(1, 6)]
    assert patience == [2, 1, 2, 1, 0]


def test_iterations_compare_with_at_least():
    loop = run([True, None, None, None], iterations=3)
    assert loop.status["epochs_done"] == 3
    assert loop.log[6]["best_patience_iterations"] == -1


def test_no_patience_is_lost_before_the_first_notification():
    loop = run([None, None, None, True, None], epochs=2, patience_log_record="left")
    assert loop.status["epochs_done"] == 5
    assert "left" not in loop.log[2]
    assert loop.log[8]["left"] == 2


def test_ended_training_ends_again():
    loop = run([True, None, None], epochs=1)
    loop.run()
    assert loop.status["epochs_done"] == 2


@pytest.mark.parametrize("limit", [{"epochs": 2}, {"iterations": 6}])
def test_resumes_exactly(limit):
    check_extension(
        lambda: FinishIfNoImprovementAfter("best", after_epoch=True, **limit),
        records={"best": [True, True, None, None, None]},
        num_epochs=5,
    )


def test_errors():
    for limits in ({}, {"epochs": 1, "iterations": 1}):
        with pytest.raises(ValueError, match="needs either iterations or epochs, got"):
            FinishIfNoImprovementAfter("best", **limits)
    with pytest.raises(ValueError, match="epochs must be at least 1, got 0"):
        FinishIfNoImprovementAfter("best", epochs=0)
    with pytest.raises(
        TypeError, match=r"iterations must be a positive integer, got 1.5"
    ):
        FinishIfNoImprovementAfter("best", iterations=1.5)

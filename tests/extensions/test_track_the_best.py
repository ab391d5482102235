"""New best values."""

from __future__ import annotations

import numpy as np
import pytest

from brickyard.extensions import FinishAfter, TrackTheBest
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop


def notified(values, **kwargs):
    tracker = TrackTheBest("error", **kwargs)
    finish = FinishAfter(after_n_epochs=len(values))
    loop = idle_main_loop([WriteRecords({"error": values}), tracker, finish], 1)
    loop.run()
    name = tracker.notification_name
    return [e for e in range(len(values)) if loop.log[e + 1].get(name)], loop, tracker


def test_minimum():
    epochs, loop, tracker = notified([3, 3, 2, 2.5, 1, 1])
    assert epochs == [0, 2, 4]
    assert tracker.best == loop.status["best_error"] == 1


def test_maximum_of_negative_numbers():
    assert notified([-3.0, -4.0, -2.0], choose_best=max)[0] == [0, 2]


def test_nan_is_never_best():
    nan = float("nan")
    assert notified([nan, 2.0, nan, 1.0, nan])[0] == [1, 3]


def test_missing_values_are_passed_over():
    assert notified([None, np.float32(2), None, np.int64(1)])[0] == [1, 3]


def test_notification_name():
    assert TrackTheBest("error").notification_name == "error_best_so_far"
    assert TrackTheBest("error", "ding").writes() == ["ding"]


def test_resumes_exactly():
    check_extension(
        lambda: TrackTheBest("error"), records={"error": [3, 1, float("nan"), 0]}
    )


def test_errors():
    with pytest.raises(TypeError, match=r"choose_best is a function .*, got 'min'"):
        TrackTheBest("error", choose_best="min")
    with pytest.raises(TypeError, match="compares numbers, but the record 'error' is"):
        notified(["good"])

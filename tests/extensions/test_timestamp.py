"""Date and time in the log."""

from __future__ import annotations

import datetime

from brickyard.extensions import FinishAfter, Timestamp
from brickyard.testing.extensions import check_extension, idle_main_loop


def test_written_at_the_usual_moments():
    loop = idle_main_loop([Timestamp(), FinishAfter(after_n_epochs=2)])
    loop.run()
    assert [time for time in sorted(loop.log) if "timestamp" in loop.log[time]] == [
        0,
        4,
        8,
    ]
    datetime.datetime.fromisoformat(loop.log[4]["timestamp"])


def test_name_and_separator():
    loop = idle_main_loop(
        [Timestamp("now", "T", after_training=True), FinishAfter(after_n_epochs=1)]
    )
    loop.run()
    assert loop.log[4]["now"][10] == "T"
    assert "now" not in loop.log[0]


def test_contract():
    check_extension(Timestamp, clock_records=["timestamp"])

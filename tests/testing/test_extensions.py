"""The checks find what is wrong with an extension."""

from __future__ import annotations

import numpy as np
import pytest

from brickyard.extensions import FinishAfter, SimpleExtension, TrackTheBest
from brickyard.testing import check_extension
from brickyard.testing.extensions import (
    WriteRecords,
    check_declarations,
    check_refuses_other_states,
    check_resumes,
    idle_main_loop,
)


class Count(SimpleExtension):
    """Count batches, write the count after each epoch."""

    def __init__(self, saved=True):
        super().__init__(after_epoch=True)
        self.saved = saved
        self.count = 0

    def writes(self):
        return ["count"]

    def after_batch(self, batch):
        self.count += 1

    def do(self, which_callback, *args):
        self.main_loop.log.current_row["count"] = self.count

    def get_state(self):
        return {"count": self.count} if self.saved else {}

    def set_state(self, state):
        self.count = state.get("count", 0)


def test_good_extensions_pass():
    check_extension(lambda: TrackTheBest("a"), records={"a": [2, 1]}, num_epochs=2)
    check_resumes(Count)


def test_forgotten_state_is_found():
    with pytest.raises(
        AssertionError,
        match="after batch 1, the log: 4: count is 3 instead of 4",
    ):
        check_resumes(lambda: Count(saved=False))


def test_another_type_is_found():
    class Forgetful(Count):
        def set_state(self, state):
            self.count = np.int64(state["count"])

    with pytest.raises(
        AssertionError,
        match=r"the log: 4: count is np.int64\(4\) instead of 4, of type int64",
    ):
        check_resumes(Forgetful)


def test_unchecked_state_is_found():
    with pytest.raises(AssertionError, match=r"Count.set_state has applied a state"):
        check_refuses_other_states(Count)


def test_wrong_declarations_are_found():
    class Wrong(Count):
        def reads(self):
            return "error"

    with pytest.raises(
        AssertionError, match=r"reads\(\) has to return a list .*'error"
    ):
        check_declarations(Wrong)
    with pytest.raises(AssertionError, match="is no TrainingExtension"):
        check_declarations(object)
    same = Count()
    with pytest.raises(AssertionError, match="the same object twice"):
        check_declarations(lambda: same)


def test_records_from_a_clock_are_left_out():
    values = iter(range(1000))

    class Clock(Count):
        def do(self, which_callback, *args):
            self.main_loop.log.current_row["clock"] = next(values)

    with pytest.raises(AssertionError, match="the log: 4: clock is 4 instead of 0"):
        check_resumes(Clock)
    check_resumes(Clock, clock_records=["clock"])


def test_idle_main_loop_writes_records():
    loop = idle_main_loop([FinishAfter(after_n_epochs=2), WriteRecords({"a": [1]})], 3)
    loop.run()
    assert loop.log[3]["a"] == 1
    assert "a" not in loop.log[6]

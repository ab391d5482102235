"""Times in the log."""

from __future__ import annotations

import pytest

from brickyard.extensions import FinishAfter, Timing, TrainingExtension
from brickyard.extensions import timing as timing_module
from brickyard.testing.extensions import check_extension, idle_main_loop


class Clock:
    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


class Spend(TrainingExtension):
    """Let time pass while a batch is trained on."""

    def __init__(self, clock, seconds):
        super().__init__()
        self.clock, self.seconds = clock, seconds

    def before_batch(self, batch):
        self.clock.now += self.seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timing_module, "time", clock)
    return clock


def make_loop(clock, **kwargs):
    loop = idle_main_loop(
        [Timing(**kwargs), Spend(clock, 2.0), FinishAfter(after_n_epochs=2)], 3
    )
    open_stream = loop.data_stream.dataset.get_data

    def slow(*args):
        clock.now += 0.5
        return open_stream(*args)

    loop.data_stream.dataset.get_data = slow
    return loop


def test_reading_and_training_are_told_apart(clock):
    loop = make_loop(clock)
    loop.run()
    row = loop.log[6]
    assert row["time_read_data_this_epoch"] == 1.5
    assert row["time_train_this_epoch"] == 6.0
    assert row["time_read_data_total"] == 3.0
    assert row["time_train_total"] == 12.0
    assert loop.log[0]["time_initialization"] == 0.0


def test_prefix_and_conditions(clock):
    loop = make_loop(clock, prefix="x", every_n_batches=2)
    loop.run()
    assert loop.log[2]["x_time_train_this_epoch"] == 4.0
    assert loop.log[2]["x_time_train_total"] == 4.0
    assert loop.log[4]["x_time_train_this_epoch"] == 2.0
    assert loop.log[4]["x_time_train_total"] == 8.0
    assert set(loop.log[2]) <= set(Timing(prefix="x").writes())


def test_totals_continue(clock):
    first = make_loop(clock)
    first.run()
    state = first.extensions[0].get_state()
    clock.now += 100
    timing = Timing()
    timing.set_state(state)
    assert timing.get_state()["total"] == {"train": 12.0, "read_data": 3.0}


def test_state():
    check_extension(Timing, clock_records=Timing().writes())
    with pytest.raises(ValueError, match="'Timing' lacks 'read_data'"):
        Timing().set_state({"total": {"train": 1.0}, "epoch": {}})

"""The bar."""

from __future__ import annotations

import io

import pytest

from brickyard.datasets import DataStream, IterableDataset
from brickyard.extensions import FinishAfter, ProgressBar, TrainingExtension
from brickyard.testing.extensions import check_extension, idle_main_loop


class Spy(TrainingExtension):
    def __init__(self, bar):
        super().__init__()
        self.seen = []
        self.extension = bar

    def after_batch(self, batch):
        bar = self.extension.bar
        self.seen.append((bar.n, bar.total, bar.desc))


def test_follows_the_batches():
    file = io.StringIO()
    bar = ProgressBar(disable=False, file=file)
    spy = Spy(bar)
    idle_main_loop([bar, spy, FinishAfter(after_n_epochs=2)], 3).run()
    assert spy.seen == [(n, 3, f"epoch {epoch}") for epoch in (1, 2) for n in (1, 2, 3)]
    assert "3/3" in file.getvalue() or "epoch 1" in file.getvalue()
    assert bar.bar is None


def test_resumes_in_the_middle_of_an_epoch():
    states = []

    class Snapshot(TrainingExtension):
        def after_batch(self, batch):
            self.main_loop.at_safe_point(
                lambda: states.append(self.main_loop.get_state())
            )

    idle_main_loop([Snapshot(), FinishAfter(after_n_epochs=2)], 3).run()

    class Restore(TrainingExtension):
        def restore(self):
            self.main_loop.set_state(states[3])

    bar = ProgressBar(disable=False, file=io.StringIO())
    spy = Spy(bar)
    idle_main_loop([Restore(), bar, spy, FinishAfter(after_n_epochs=2)], 3).run()
    assert spy.seen == [(2, 3, "epoch 2"), (3, 3, "epoch 2")]


def test_quiet_unless_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert ProgressBar(file=io.StringIO()).callbacks() == set()
    assert "after_batch" in ProgressBar(file=Terminal()).callbacks()
    assert ProgressBar(file=Terminal(), disable=True).callbacks() == set()


def test_length_from_the_last_epoch_when_the_stream_does_not_tell():
    bar = ProgressBar(disable=False, file=io.StringIO())
    spy = Spy(bar)
    loop = idle_main_loop([bar, spy, FinishAfter(after_n_epochs=2)])
    loop.data_stream = DataStream(IterableDataset({"x": [1.0, 2.0]}))
    loop.run()
    assert [total for _, total, _ in spy.seen] == [None, None, 2, 2]


def test_closed_after_an_error():
    class Fail(TrainingExtension):
        def after_batch(self, batch):
            raise OSError("broken")

    bar = ProgressBar(disable=False, file=io.StringIO())
    with pytest.raises(OSError, match="broken"):
        idle_main_loop([bar, Fail()]).run()
    assert bar.bar is None


def test_length_of_a_stream_that_knows_nothing_of_lengths():
    class Endless:
        sources = ("x",)

    bar = ProgressBar(disable=False, file=io.StringIO())
    bar.main_loop = idle_main_loop([])
    bar.main_loop.data_stream = Endless()
    assert bar.get_iter_per_epoch() is None


def test_contract():
    check_extension(lambda: ProgressBar(disable=False, file=io.StringIO()))

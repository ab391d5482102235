"""What is printed."""

from __future__ import annotations

import io

import numpy as np

from brickyard.extensions import (
    FinishAfter,
    Printing,
    Timestamp,
    Timing,
    TrackTheBest,
)
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(file=None, records=None, epochs=2, **kwargs):
    file = file or io.StringIO()
    records = records or {"cost": [0.5, 0.25]}
    loop = idle_main_loop(
        [
            Timing(),
            Timestamp(),
            WriteRecords(records),
            TrackTheBest("cost"),
            FinishAfter(after_n_epochs=epochs),
            Printing(file=file, **kwargs),
        ]
    )
    loop.run()
    return file.getvalue()


def test_one_row_per_epoch_with_a_header():
    lines = printed(after_epoch=True).splitlines()
    assert lines[-3].split()[:3] == ["epoch", "batches", "cost"]
    assert lines[-3].split()[-1] == "time"
    assert lines[-2].split()[:4] == ["1", "4", "0.5000", "yes"]
    assert lines[-1].split()[:4] == ["2", "8", "0.2500", "yes"]


def test_clocks_arrays_and_requests_are_left_out():
    text = printed(records={"cost": [0.5, 0.25], "vector": [np.ones(3)] * 2})
    assert "vector" not in text
    assert "timestamp" not in text
    assert "time_train" not in text
    assert "requested" not in text


def test_end_is_announced():
    assert printed().splitlines()[-1] == "Training finished after 2 epochs, 8 batches."
    text = printed(epochs=1).splitlines()[-1]
    assert text == "Training finished after 1 epoch, 4 batches."


def test_new_record_brings_a_new_header():
    text = printed(records={"cost": [0.5, 0.25], "late": [None, 1]})
    assert text.count("epoch ") == 3  # before the first, cost, late


def test_terminal_gets_a_bold_header():
    text = printed(file=Terminal(), after_epoch=True)
    assert "\x1b[1m" in text
    assert "0.2500" in text


def test_verbose_prints_everything():
    text = printed(verbose=True, after_epoch=True)
    assert "    epochs_done: 2" in text
    assert "    cost: 0.2500" in text
    assert "    timestamp: 2" in text
    assert "log records of batch 8" in text


def test_standard_output_by_default(capsys):
    idle_main_loop([FinishAfter(after_n_epochs=1), Printing()]).run()
    assert "Training finished" in capsys.readouterr().out


def test_contract():
    check_extension(lambda: Printing(file=io.StringIO()))

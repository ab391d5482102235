"""Saving and continuing."""

from __future__ import annotations

import logging
import signal

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
from brickyard.extensions import Checkpoint, FinishAfter, TrainingExtension
from brickyard.extensions import checkpoint as checkpoint_module
from brickyard.graph.roles import PARAMETER, add_role
from brickyard.testing.extensions import WriteRecords, idle_main_loop
from brickyard.training import (
    CheckpointError,
    GradientDescent,
    MainLoop,
    read_checkpoint,
)

DATA = np.arange(12, dtype="float32").reshape(6, 2) / 10


def make_loop(*extensions, size=2, name="W"):
    x = pt.fmatrix("x")
    W = shared(np.zeros(size), name=name, dtype="float32")
    add_role(W, PARAMETER)
    cost = ((x.sum(axis=1) - W.sum()) ** 2).mean().copy(name="cost")
    stream = DataStream(IndexableDataset({"x": DATA}), ShuffledScheme(6, 2, seed=3))
    algorithm = GradientDescent(cost=cost, parameters=[W])
    return MainLoop(algorithm, stream, extensions=extensions), W


def run(path, epochs, **kwargs):
    loop, W = make_loop(FinishAfter(after_n_epochs=epochs), Checkpoint(path, **kwargs))
    loop.run()
    return loop, W.get_value()


def test_continues_where_it_ended(tmp_path, caplog):
    _, whole = run(tmp_path / "whole.ckpt", 4)
    path = tmp_path / "run.ckpt"
    with caplog.at_level(logging.INFO):
        run(path, 2, resume=True)
        loop, continued = run(path, 4, resume=True)
    np.testing.assert_array_equal(continued, whole)
    assert loop.status["epochs_done"] == 4
    assert "run.ckpt does not exist yet: training starts afresh" in caplog.text
    assert "run.ckpt after 6 batches" in caplog.text


def test_place_in_the_list_does_not_matter(tmp_path):
    path = tmp_path / "run.ckpt"
    loop = idle_main_loop(
        [
            Checkpoint(path, every_n_epochs=1, after_training=False),
            WriteRecords({"a": [1, 2]}),
            FinishAfter(after_n_epochs=2),
        ]
    )
    loop.run()
    saved = dict(read_checkpoint(path).parts["log"]["rows"])
    assert saved[8]["a"] == 2
    assert saved[8]["saved_to"] == str(path)
    assert loop.log[8]["saved_to"] == str(path)


def test_former_file_is_not_touched_unasked(tmp_path):
    path = tmp_path / "run.ckpt"
    run(path, 1)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run.ckpt exists already; say resume=True"):
        run(path, 1)
    assert path.read_bytes() == before
    run(path, 2, overwrite=True)
    assert read_checkpoint(path).parts["loop"]["epochs_done"] == 2


def test_paths_of_conditions_are_looked_at_too(tmp_path):
    other = tmp_path / "best.ckpt"
    other.write_text("precious")
    checkpoint = Checkpoint(tmp_path / "run.ckpt")
    checkpoint.add_condition(["after_epoch"], None, [str(other)])
    with pytest.raises(ValueError, match=r"best.ckpt exists already"):
        idle_main_loop([checkpoint, FinishAfter(after_n_epochs=1)]).run()


def test_missing_directory_is_found_before_training(tmp_path):
    with pytest.raises(ValueError, match=r"directory .*no for run.ckpt does not exist"):
        run(tmp_path / "no" / "run.ckpt", 1)


@pytest.mark.parametrize("settings", [{}, {"resume": True}, {"overwrite": True}])
def test_directory_in_place_of_the_file(tmp_path, settings):
    (tmp_path / "runs").mkdir()
    with pytest.raises(ValueError, match="runs is a directory; name a file in it"):
        run(tmp_path / "runs", 1, **settings)


def test_unwritable_directory_is_found_before_training(tmp_path, monkeypatch):
    # Permissions mean nothing to a superuser, who may run the tests.
    monkeypatch.setattr(checkpoint_module.os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match=r"the directory .* may not be written to"):
        run(tmp_path / "run.ckpt", 1)


def test_failed_save_is_recorded_and_training_goes_on(tmp_path, monkeypatch, caplog):
    path = tmp_path / "run.ckpt"
    attempts = []

    def write(*args, **kwargs):
        attempts.append(args)
        if len(attempts) == 2:
            raise OSError("no space left")
        return original(*args, **kwargs)

    original = checkpoint_module.write_checkpoint
    monkeypatch.setattr(checkpoint_module, "write_checkpoint", write)
    loop = idle_main_loop(
        [
            Checkpoint(path, every_n_epochs=1, after_training=False),
            FinishAfter(after_n_epochs=2),
        ]
    )
    loop.run()
    assert loop.log[8]["checkpoint_failed"] == "no space left"
    assert "saved_to" not in loop.log[8]
    assert "Checkpoint could not save: no space left" in caplog.text
    assert read_checkpoint(path).parts["loop"]["epochs_done"] == 1


def test_failure_keeps_the_record_of_an_earlier_save(tmp_path):
    checkpoint = Checkpoint(tmp_path / "run.ckpt")
    idle_main_loop([checkpoint, FinishAfter(after_n_epochs=1)]).run()
    assert not checkpoint.save(tmp_path)
    row = checkpoint.main_loop.log.current_row
    assert row["saved_to"] == str(tmp_path / "run.ckpt")
    assert checkpoint.save(tmp_path / "other.ckpt")
    assert row["saved_to"].endswith("other.ckpt")


class Send(TrainingExtension):
    """Send a signal to the process after some batch."""

    def __init__(self, number, batch):
        super().__init__()
        self.number, self.batch = number, batch

    def after_batch(self, batch):
        if self.main_loop.status["iterations_done"] == self.batch:
            signal.raise_signal(self.number)


@pytest.mark.parametrize(("number", "batches"), [("SIGTERM", 2), ("SIGINT", 3)])
def test_interrupts_save(tmp_path, number, batches):
    path = tmp_path / "run.ckpt"
    send = Send(getattr(signal, number), 2)
    loop, _ = make_loop(send, Checkpoint(path), FinishAfter(after_n_epochs=2))
    if number == "SIGTERM":
        with pytest.raises(SystemExit, match="143"):
            loop.run()
    else:
        loop.run()
    parts = read_checkpoint(path).parts
    assert parts["loop"]["iterations_done"] == batches
    assert loop.log[batches]["saved_to"] == str(path)
    assert not any("saved_to" in row for _, row in parts["log"]["rows"])
    _, whole = run(tmp_path / "whole.ckpt", 2)
    np.testing.assert_array_equal(run(path, 2, resume=True)[1], whole)


def test_parameters_alone(tmp_path):
    path = tmp_path / "parameters.ckpt"
    _, value = run(path, 1, save_main_loop=False)
    parts = read_checkpoint(path).parts
    assert list(parts) == ["parameters"]
    np.testing.assert_array_equal(parts["parameters"]["W"], value)


def test_some_parameters(tmp_path):
    path = tmp_path / "parameters.ckpt"
    other = shared(np.ones(3), name="other")
    run(path, 1, parameters=[other], save_main_loop=False)
    assert list(read_checkpoint(path).parts["parameters"]) == ["other"]


def test_another_model_is_refused_and_nothing_is_applied(tmp_path):
    path = tmp_path / "run.ckpt"
    run(path, 1)
    for changed, message in (
        ({"size": 3}, r"'W' of this model has shape \(3,\).* shape \(2,\)"),
        ({"name": "V"}, "no parameter 'V'"),
    ):
        loop, W = make_loop(Checkpoint(path, resume=True), **changed)
        with pytest.raises(ValueError, match=message) as caught:
            loop.run()
        assert any("resuming from" in note for note in caught.value.__notes__)
        np.testing.assert_array_equal(W.get_value(), 0)
        assert loop.status["iterations_done"] == 0


def test_damaged_file_and_other_backend_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "run.ckpt"
    run(path, 1)
    monkeypatch.setattr(checkpoint_module, "backend_of", lambda algorithm: "numba")
    with pytest.raises(CheckpointError, match="'xla' and cannot be continued exactly"):
        run(path, 2, resume=True)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"run\.ckpt"):
        run(path, 2, resume=True)


def test_arguments_that_contradict_each_other():
    with pytest.raises(ValueError, match="resume and overwrite contradict"):
        Checkpoint("x", resume=True, overwrite=True)
    with pytest.raises(ValueError, match="cannot resume from parameters alone"):
        Checkpoint("x", save_main_loop=False, resume=True)
    with pytest.raises(ValueError, match="saved with all its parameters"):
        Checkpoint("x", [shared(0.0, name="a")])
    with pytest.raises(TypeError, match="parameters are shared variables, got 'a'"):
        Checkpoint("x", ["a"], save_main_loop=False)


def test_saves_at_the_end_can_be_switched_off():
    checkpoint = Checkpoint("x", after_training=False, on_interrupt=False)
    assert checkpoint.callbacks() == set()

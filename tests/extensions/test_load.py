"""Warm starts."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
from brickyard.extensions import Checkpoint, FinishAfter, Load
from brickyard.graph.roles import PARAMETER, add_role
from brickyard.training import GradientDescent, MainLoop, export_parameters

DATA = np.arange(12, dtype="float32").reshape(6, 2) / 10


def make_loop(*extensions, name="W"):
    x = pt.fmatrix("x")
    W = shared(np.zeros(2), name=name, dtype="float32")
    add_role(W, PARAMETER)
    cost = ((x.sum(axis=1) - W.sum()) ** 2).mean().copy(name="cost")
    stream = DataStream(IndexableDataset({"x": DATA}), ShuffledScheme(6, 2, seed=3))
    algorithm = GradientDescent(cost=cost, parameters=[W])
    return MainLoop(algorithm, stream, extensions=extensions), W


@pytest.fixture
def saved(tmp_path):
    """A checkpoint after four batches, and the parameters in it."""
    path = tmp_path / "saved.ckpt"
    loop, W = make_loop(Checkpoint(path), FinishAfter(after_n_batches=4))
    loop.log.current_row["old"] = 1
    loop.run()
    return path, W.get_value()


def load(path, **kwargs):
    loop, W = make_loop()
    load = Load(path, **kwargs)
    load.main_loop = loop
    load.setup()
    load.restore()
    return loop, W.get_value()


def test_parameters_only(saved):
    path, value = saved
    loop, loaded = load(path)
    np.testing.assert_array_equal(loaded, value)
    assert loop.status["iterations_done"] == 0
    assert loop.data_stream.epoch == 0
    assert 0 not in loop.log


def test_safetensors_file(tmp_path):
    path = tmp_path / "w.safetensors"
    export_parameters(path, {"W": np.array([1, 2], "float32")})
    np.testing.assert_array_equal(load(path)[1], [1, 2])


def test_iteration_state(saved):
    loop, _ = load(saved[0], load_iteration_state=True)
    assert loop.status["iterations_done"] == 4
    assert loop.data_stream.epoch == 2
    assert loop.status["epoch_started"]
    assert 0 not in loop.log


def test_log_begins_a_new_epoch_and_a_new_run(saved):
    loop, _ = load(saved[0], load_log=True)
    assert loop.log[0]["old"] == 1
    assert loop.status["iterations_done"] == 4
    assert not loop.status["epoch_started"]
    assert loop.log.resumed_from not in (None, loop.log.h_uuid)


def test_resumed_training_keeps_its_own_parameters(saved, tmp_path, caplog):
    path = tmp_path / "run.ckpt"
    values = []
    for epochs in (1, 2):
        loop, W = make_loop(
            Checkpoint(path, resume=True),
            Load(saved[0]),
            FinishAfter(after_n_epochs=epochs),
        )
        with caplog.at_level(logging.INFO):
            loop.run()
        values.append(W.get_value())
    assert "saved.ckpt is not loaded, training is resumed" in caplog.text
    assert loop.status["iterations_done"] == 6
    whole, W = make_loop(Load(saved[0]), FinishAfter(after_n_epochs=2))
    whole.run()
    np.testing.assert_array_equal(W.get_value(), values[1])


def test_conditions_say_when(saved):
    path, value = saved
    loop, W = make_loop(Load(path, after_n_batches=2), FinishAfter(after_n_batches=2))
    loop.run()
    np.testing.assert_array_equal(W.get_value(), value)


def test_errors(saved, tmp_path):
    with pytest.raises(ValueError, match=r"no file .*nothing to load parameters from"):
        load(tmp_path / "nothing")
    path = tmp_path / "w.safetensors"
    export_parameters(path, {"V": np.zeros(2, "float32")})
    with pytest.raises(ValueError, match="no parameter 'W'") as caught:
        load(path)
    assert any("while loading" in note for note in caught.value.__notes__)
    alone = tmp_path / "alone.ckpt"
    loop, _ = make_loop(
        Checkpoint(alone, save_main_loop=False), FinishAfter(after_n_epochs=1)
    )
    loop.run()
    with pytest.raises(
        ValueError, match="has no loop and no stream and no log; it was"
    ):
        load(alone, load_log=True)

"""The log in memory."""

import pickle

import numpy as np
import pytest

from brickyard.training.log import TrainingLog


def filled():
    log = TrainingLog()
    log[0]["cost"] = np.float32(0.25)
    log[2]["cost"] = 0.5
    log.status["iterations_done"] = 2
    log.status["_epoch_ends"] = [2]
    return log


def test_state_brings_all_back():
    log = filled()
    other = TrainingLog()
    other[9]["later"] = 1
    status = other.status
    other.set_state(log.get_state())
    assert dict(other) == dict(log)
    assert other.status is status
    assert other.status == log.status
    assert other.h_uuid == log.h_uuid


def test_state_is_a_copy():
    log = filled()
    state = log.get_state()
    log[0]["cost"] = 9
    log.status["_epoch_ends"].append(3)
    assert state["rows"][0] == [0, {"cost": np.float32(0.25)}]
    assert state["status"]["_epoch_ends"] == [2]


def test_is_picklable():
    log = filled()
    assert dict(pickle.loads(pickle.dumps(log))) == dict(log)


def test_wrong_state_changes_nothing():
    log = filled()
    with pytest.raises(ValueError, match="the training log lacks 'rows'"):
        log.set_state({"uuid": log.h_uuid, "resumed_from": None, "status": {}})
    assert log[2] == {"cost": 0.5}

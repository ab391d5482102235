"""Parts of the state of a main loop, and its status."""

import pytest

from brickyard.training.log.base import initial_status
from brickyard.training.loop_state import PARTS, check_status


def test_parts():
    assert PARTS == (
        "parameters",
        "algorithm",
        "generators",
        "loop",
        "stream",
        "extensions",
        "log",
    )


def status(**changes):
    return {**initial_status(), **changes}


def test_accepts_status():
    check_status(status())
    check_status(status(epochs_done=2, _epoch_ends=[3, 6], iterations_done=7))
    check_status(status(note_of_a_plugin=[1]))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"iterations_done": "7"},
            TypeError,
            r"'iterations_done'\] must be of type int",
        ),
        ({"epoch_started": 1}, TypeError, "must be of type bool"),
        ({"iterations_done": -1}, ValueError, "contradicts itself"),
        ({"epochs_done": 1}, ValueError, "contradicts itself: 1 epochs are done"),
        (
            {"epochs_done": 2, "_epoch_ends": [6, 3], "iterations_done": 7},
            ValueError,
            "contradicts itself",
        ),
        (
            {"epochs_done": 1, "_epoch_ends": ["3"], "iterations_done": 7},
            TypeError,
            "must be a list of integers",
        ),
    ],
)
def test_refuses_status(changes, error, message):
    with pytest.raises(error, match=message):
        check_status(status(**changes))


def test_refuses_incomplete_status():
    with pytest.raises(ValueError, match="main loop's status lacks 'epochs_done'"):
        check_status({k: v for k, v in status().items() if k != "epochs_done"})

import multiprocessing
import os
import signal
from types import SimpleNamespace

import pytest

from brickyard.datasets.transformers.shared_arrays import SlotReader
from brickyard.datasets.transformers.worker_member import Member


class Ended:
    """A process that has ended, or never started."""

    def __init__(self, code, pid=123):
        self.exitcode, self.pid = code, pid

    def join(self, timeout=None):
        """Wait for nothing."""

    def is_alive(self):
        return False


def make(process):
    here, there = multiprocessing.Pipe()
    reader = SlotReader(f"brickyard_test_{os.getpid()}_", 2)
    return Member(0, process, here, reader), there


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "(process 123) ended with exit code 3"),
        (-signal.SIGKILL, "(process 123) was ended by SIGKILL (signal 9)"),
        (-250, "(process 123) was ended by a signal (signal 250)"),
        (None, "(process 123) closed its connection"),
    ],
)
def test_ending_in_words(code, words):
    member, _ = make(Ended(code))
    assert member.ending() == words


def test_messages_reach_the_other_end_while_there_is_one():
    member, there = make(Ended(0))
    member.send({"item": 1})
    assert there.recv() == {"item": 1}
    there.close()
    member.send({"item": 2})


def test_slots_are_given_back_once():
    member, _ = make(Ended(0))
    member.reader.given_back.extend([(0, 1), (1, 1)])
    assert member.free_slots() == [(0, 1), (1, 1)]
    assert member.free_slots() == []


def test_ending_a_process_that_goes_on():
    done = []
    stubborn = SimpleNamespace(
        pid=5,
        exitcode=None,
        join=lambda timeout=None: done.append(("join", timeout)),
        is_alive=lambda: True,
        kill=lambda: done.append("kill"),
    )
    member, _ = make(stubborn)
    member.end()
    assert done == [("join", 5.0), "kill", ("join", None)]
    member, _ = make(Ended(None, pid=None))
    member.end()

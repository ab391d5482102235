import contextlib
import gc
import subprocess
import sys
import threading
import traceback

import pytest

from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.transformers import Mapping
from brickyard.datasets.transformers.background_reader import BackgroundReader


class Gate:
    """A function for `Mapping` that waits to be let through, and says where it is."""

    def __init__(self):
        self.open = threading.Event()
        self.seen = []
        self.reached = threading.Condition()

    def __call__(self, data):
        with self.reached:
            self.seen.append(data[0])
            self.reached.notify_all()
        assert self.open.wait(20)
        return data

    def wait_for(self, number):
        with self.reached:
            assert self.reached.wait_for(lambda: number in self.seen, 20)


def refuse_three(data):
    if data[0] == 3:
        raise LookupError("three is missing")
    return data


def reader_of(count, mapping=None, max_store=2):
    stream = DataStream(IterableDataset({"x": range(count)}))
    if mapping is not None:
        stream = Mapping(stream, mapping)
    return BackgroundReader(stream.get_epoch_iterator(epoch=0), max_store)


def threads():
    return [each for each in threading.enumerate() if each.name.startswith("Prefetch")]


def ended():
    for thread in threads():
        thread.join(20)
    return not threads()


def test_reads_in_order():
    reader = reader_of(30)
    assert [reader.read()[0] for _ in range(30)] == list(range(30))
    for _ in range(2):
        with pytest.raises(StopIteration):
            reader.read()
    assert ended()


def test_nothing_starts_before_the_first_item_is_asked_for():
    reader = reader_of(3)
    reader.get_state()
    assert not threads()
    reader.close()


@pytest.mark.parametrize("max_store", [1, 2, 5])
def test_reads_ahead_as_far_as_allowed(max_store):
    gate = Gate()
    gate.open.set()
    reader = reader_of(30, gate, max_store)
    reader.read()
    gate.wait_for(max_store)
    reader.close()
    # one may have been read into the place of the one handed out
    assert gate.seen == list(range(max_store + 1))


def test_the_state_is_that_of_what_was_handed_out():
    gate = Gate()
    gate.open.set()
    reader = reader_of(30, gate, 5)
    states = [reader.get_state()["position"]]
    for number in range(3):
        reader.read()
        gate.wait_for(number + 5)
        states.append(reader.get_state()["position"])
    reader.close()
    assert states == [0, 1, 2, 3]


def test_goes_to_a_saved_position_and_forgets_what_was_read():
    reader = reader_of(30, max_store=5)
    states = []
    for _ in range(10):
        states.append(reader.get_state())
        reader.read()
    for position in (3, 9, 0):
        reader.set_state(states[position])
        assert reader.get_state() == states[position]
        assert [reader.read()[0] for _ in range(3)] == [*range(position, position + 3)]
    reader.close()


def test_a_refused_state_leaves_the_position():
    reader = reader_of(30)
    reader.read()
    reader.read()
    state = reader.get_state()
    with pytest.raises(ValueError, match="saved in epoch 4"):
        reader.set_state({**state, "epoch": 4})
    assert reader.get_state() == state
    assert reader.read() == (2,)
    reader.close()


def test_an_error_comes_in_the_place_of_its_item():
    reader = reader_of(30, refuse_three, 10)
    assert [reader.read()[0] for _ in range(3)] == [0, 1, 2]
    for _ in range(2):
        with pytest.raises(LookupError, match="three is missing") as caught:
            reader.read()
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert "refuse_three" in [frame.name for frame in frames]
        assert reader.get_state()["position"] == 3
    assert ended()


def test_the_thread_ends_when_the_reader_is_dropped():
    gc.disable()
    try:
        reader = reader_of(30)
        reader.read()
        assert len(threads()) == 1
        del reader
        assert ended()
    finally:
        gc.enable()


def test_the_thread_ends_when_the_reader_is_dropped_after_an_error():
    gc.disable()
    try:
        reader = reader_of(30, refuse_three)
        for _ in range(3):
            reader.read()
        with contextlib.suppress(LookupError):
            reader.read()
        reader.set_state(reader_of(30, refuse_three).get_state())
        reader.read()
        del reader
        assert ended()
    finally:
        gc.enable()


def test_the_thread_has_ended_when_the_reader_is_closed():
    gate = Gate()
    reader = reader_of(30, gate)
    gate.open.set()
    reader.read()
    reader.close()
    assert not threads()
    reader.close()


SCRIPT = """
import itertools
from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.transformers.background_reader import BackgroundReader
stream = DataStream(IterableDataset({"x": range(100)}))
readers = [BackgroundReader(stream.get_epoch_iterator(epoch=0), 2) for _ in "abc"]
for reader in readers:
    reader.read()
print("read")
"""


@pytest.mark.parametrize("ending", ["", "raise SystemExit(3)", "raise KeyError"])
def test_the_interpreter_exits_with_threads_alive(ending):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT + ending],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "read\n"
    assert done.returncode == {"": 0, "raise SystemExit(3)": 3}.get(ending, 1)
    assert ("Error" in done.stderr) == ("KeyError" in ending)

import gc
import logging
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cast,
    Filter,
    MultiProcessing,
    Padding,
    Prefetch,
    RandomFixedSizeCrop,
    RandomHorizontalFlip,
    ScaleAndShift,
    ShuffleBuffer,
)
from brickyard.testing import check_stream
from brickyard.testing.streams import same

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 3, 20, 20), dtype="uint8")
LABELS = {"images": ("batch", "channel", "height", "width")}
SENTENCES = [[index] * (1 + index * 7 % 5) for index in range(17)]


def images():
    dataset = IndexableDataset(
        {"images": PIXELS, "targets": np.arange(30)}, axis_labels=LABELS
    )
    only = {"which_sources": ("images",)}
    stream = DataStream(dataset, ShuffledScheme(30, 4, seed=1))
    stream = RandomFixedSizeCrop(stream, (20, 20), padding=2, **only)
    return ScaleAndShift(RandomHorizontalFlip(stream, **only), 1 / 255, 0, **only)


def sentences():
    return DataStream(IterableDataset({"words": SENTENCES}))


def is_kept(data):
    return data[0][0] % 4 != 1


PIPELINES = {
    "images": images,
    "examples": lambda: DataStream(
        IndexableDataset({"x": PIXELS}), ShuffledExampleScheme(30)
    ),
    "padded": lambda: Padding(Batch(Filter(sentences(), is_kept), ConstantScheme(3))),
    "ragged": lambda: Batch(ShuffleBuffer(sentences(), 5), ConstantScheme(4)),
}


def epoch(stream, number=0):
    return list(stream.get_epoch_iterator(epoch=number))


@pytest.mark.usefixtures("workers_find_tests")
@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("num_workers", [1, 2, 3])
def test_items_do_not_depend_on_the_number_of_workers(name, num_workers):
    stream = PIPELINES[name]()
    workers = MultiProcessing(stream, 5, num_workers=num_workers)
    for number in (0, 1):
        assert same(epoch(workers, number), epoch(stream, number))
    workers.close()


@pytest.mark.usefixtures("workers_find_tests")
def test_a_stream():
    dataset = IndexableDataset({"x": PIXELS[:, 0]})
    stream = DataStream(dataset, ShuffledScheme(12, 4, seed=1))
    check_stream(MultiProcessing(Cast(stream, "float32"), 3, num_workers=2))


@pytest.mark.usefixtures("workers_find_tests")
def test_nested_and_resumed_at_every_position_with_another_number_of_workers():
    below, others = (
        MultiProcessing(images(), 4, num_workers=number) for number in (2, 1)
    )
    stream = Prefetch(Cast(below, "float16", which_sources=("images",)), 2)
    other = Prefetch(Cast(others, "float16", which_sources=("images",)), 2)
    expected = epoch(Cast(images(), "float16", which_sources=("images",)))
    iterator = stream.get_epoch_iterator(epoch=0)
    later = other.get_epoch_iterator(epoch=0)
    for position in range(len(expected)):
        later.set_state(iterator.get_state())
        assert later.position == position
        assert same(next(later), expected[position])
        assert same(next(iterator), expected[position])
    for each in (iterator, later, stream, other):
        each.close()


@pytest.mark.usefixtures("workers_find_tests")
def test_batches_kept_are_not_written_to_again():
    stream = MultiProcessing(images(), 1)
    kept = [item for number in range(4) for item in epoch(stream, number)]
    expected = [item for number in range(4) for item in epoch(images(), number)]
    assert same(kept, expected)
    stream.close()
    assert same(kept, expected)


def test_nothing_starts_before_the_first_item_is_asked_for():
    iterator = MultiProcessing(images()).get_epoch_iterator(epoch=0)
    state = iterator.get_state()
    iterator.set_state(state)
    assert iterator.reader._workers._team is None
    iterator.close()


def test_tells_what_the_stream_below_is():
    stream = MultiProcessing(images())
    assert stream.sources == ("images", "targets")
    assert stream.epoch_length == 8
    assert not stream.produces_examples
    assert stream.axis_labels == LABELS
    assert MultiProcessing(sentences()).produces_examples
    assert MultiProcessing(sentences()).epoch_length is None
    labels = {"images": ("batch", "c", "h", "w")}
    assert MultiProcessing(images(), axis_labels=labels).axis_labels == labels


def test_data_for_a_request():
    stream = DataStream(IndexableDataset({"x": PIXELS}))
    assert same(MultiProcessing(stream).get_data([1, 3]), (PIXELS[[1, 3]],))


@pytest.mark.usefixtures("workers_find_tests")
def test_one_worker_where_nothing_can_be_shared_out(caplog):
    below = ShuffleBuffer(images(), 3)
    with caplog.at_level(logging.WARNING):
        iterator = MultiProcessing(below, num_workers=2).get_epoch_iterator()
    (message,) = caplog.messages
    assert message.startswith("MultiProcessing uses one worker of 2: what ShuffleBuf")
    assert iterator.reader._workers.num_workers == 1
    iterator.close()


def test_not_more_workers_than_items_held():
    iterator = MultiProcessing(images(), 2, num_workers=5).get_epoch_iterator()
    assert iterator.reader._workers.num_workers == 2
    iterator.close()


@pytest.mark.usefixtures("workers_find_tests")
def test_workers_end_with_a_stream_that_is_dropped():
    stream = MultiProcessing(images(), 2)
    iterator = stream.get_epoch_iterator()
    next(iterator)
    team = stream._workers.team()
    del iterator, stream
    gc.collect()
    assert team.ended


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"max_store": 0}, ValueError, "max_store of MultiProcessing must be at le"),
        ({"num_workers": 0}, ValueError, "num_workers of MultiProcessing must be at"),
        ({"num_workers": 1.5}, TypeError, "num_workers of MultiProcessing must be an"),
        ({"start_method": "fork"}, ValueError, "got 'fork'; a plain fork copies loc"),
        ({"start_method": "spwan"}, ValueError, "'spawn', got 'spwan'.*'spawn'"),
    ],
)
def test_refuses_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        MultiProcessing(images(), **arguments)


SCRIPT = """
import os, signal, sys, threading
import numpy as np
from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import Mapping, MultiProcessing, Prefetch

def wait_for_ever_at_batch_five(data):
    if data[0][0, 0] == 5:
        threading.Event().wait()
    return data

def main():
    numbers = np.repeat(np.arange(500.0)[:, None] // 5, 9000, 1)
    stream = DataStream(IndexableDataset({{"x": numbers}}), SequentialScheme(500, 5))
    if {stuck}:
        stream = Mapping(stream, wait_for_ever_at_batch_five)
    stream = MultiProcessing(stream, 10, num_workers=2)
    iterator = {wrapped}.get_epoch_iterator()
    batches = [next(iterator) for _ in range(3)]
    members = stream._workers.team()._members
    print(*[member.process.pid for member in members], flush=True)
    {then}
    return iterator, batches

{guard}kept = main()
"""
GUARD = 'if __name__ == "__main__": '


def run_script(path, then="pass", wrapped="stream", guard=GUARD, stuck=False):
    path = path / "script.py"
    text = SCRIPT.format(then=then, wrapped=wrapped, guard=guard, stuck=stuck)
    path.write_text(text)
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def shared_names():
    return {each for each in os.listdir("/dev/shm") if each.startswith("brickyard")}


def runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # ended, and nobody has asked how
    with open(f"/proc/{process}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


@pytest.mark.parametrize("wrapped", ["stream", "Prefetch(stream, 3)"])
def test_the_interpreter_exits_with_workers_alive(tmp_path, wrapped):
    script = run_script(tmp_path, wrapped=wrapped)
    output, errors = script.communicate(timeout=60)
    assert script.returncode == 0
    assert errors == ""
    assert not any(runs(int(each)) for each in output.split())


@pytest.mark.parametrize("stuck", [False, True])
def test_nothing_is_left_of_a_process_that_was_killed(tmp_path, stuck):
    before = shared_names()
    script = run_script(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)", stuck=stuck)
    # the pipes close when the last process that has them has ended
    output, _ = script.communicate(timeout=60)
    assert script.returncode == -signal.SIGKILL
    workers = [int(each) for each in output.split()]
    assert len(workers) == 2
    wait_until(lambda: not any(map(runs, workers)))
    wait_until(lambda: shared_names() <= before)


def test_workers_leave_signals_to_the_main_process(tmp_path):
    then = """
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.signal(number, signal.SIG_IGN)
        os.killpg(0, number)
        signal.signal(number, handler)
    print(sum(1 for _ in iterator))
    """
    script = run_script(tmp_path, then.strip())
    output, errors = script.communicate(timeout=60)
    assert script.returncode == 0, errors
    assert output.split()[2:] == ["97"]


def test_a_script_without_a_guard(tmp_path):
    script = run_script(tmp_path, guard="")
    _, errors = script.communicate(timeout=60)
    assert script.returncode == 1
    assert "while this process was still importing the script: put" in errors
    assert "ended with exit code 1 before it was ready; its own message" in errors

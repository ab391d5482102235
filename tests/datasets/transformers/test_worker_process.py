import multiprocessing
import secrets
import signal
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Filter,
    Mapping,
    RandomSourcewiseTransformer,
    ShuffleBuffer,
)
from brickyard.datasets.transformers.shared_arrays import SlotReader, SlotWriter
from brickyard.datasets.transformers.worker_messages import (
    Close,
    End,
    Failure,
    Item,
    Open,
    Proceed,
)
from brickyard.datasets.transformers.worker_process import (
    Run,
    Worker,
    ignore_signals,
    run_worker,
)
from brickyard.testing.streams import same

DATA = np.arange(23 * 600.0).reshape(23, 600)


class Noise(RandomSourcewiseTransformer):
    def randomize(self, batch, draws, source_name):
        return batch + draws[:, :1]


def shorter(data):
    return (data[0][: 1 + int(data[0][0, 0]) % 3],)


def not_empty(data):
    return data[0].sum() % 5 != 1


def refuse_late(data):
    if data[0][0, 0] > 20 * 600:
        raise ValueError("too late")
    return data


def batches():
    return DataStream(IndexableDataset({"x": DATA}), ShuffledScheme(23, 3, seed=4))


def examples():
    return DataStream(IndexableDataset({"x": DATA}), ShuffledExampleScheme(23))


PIPELINES = {
    "noise": lambda: Noise(batches()),
    "batch": lambda: Batch(Noise(examples()), ConstantScheme(4)),
    "shorter": lambda: Noise(Mapping(batches(), shorter)),
    "filter": lambda: Noise(Filter(batches(), not_empty)),
    "shuffle": lambda: Noise(ShuffleBuffer(batches(), 4)),
}


def unnamed():
    return f"brickyard_test_{secrets.token_hex(4)}_"


class Pair:
    """A writer and a reader."""

    def __init__(self):
        name = unnamed()
        self.writer, self.reader = SlotWriter(name, 8), SlotReader(name, 1)

    def made_by(self, run):
        message = run.make(self.writer)
        if isinstance(message, Item):
            return message.number, self.reader.unwrap(message.parcel)
        return message


@settings(max_examples=30, deadline=None, derandomize=True)
@given(draw=st.data())
def test_workers_together_make_the_epoch_from_any_position(draw):
    stream = PIPELINES[draw.draw(st.sampled_from(sorted(PIPELINES)))]()
    number = draw.draw(st.integers(1, 4))
    iterator = stream.get_epoch_iterator(epoch=3)
    expected = list(stream.get_epoch_iterator(epoch=3))
    position = draw.draw(st.integers(0, len(expected)))
    for _ in range(position):
        next(iterator)
    state = iterator.get_state() if position else None
    command = Open(0, 3, position, state, 1000, [])
    runs = [Run(stream, command, (index, number)) for index in range(number)]
    pair = Pair()
    for index in range(position, len(expected)):
        place, (data, after) = pair.made_by(runs[index % number])
        next(iterator)
        assert place == index
        assert same(data, expected[index])
        assert same(after, iterator.get_state())
    for run in runs:
        assert isinstance(pair.made_by(run), End)
        assert not run.may_proceed()


@pytest.mark.parametrize(
    ("position", "first"), [(0, [0, 1, 2]), (4, [6, 4, 5]), (6, [6, 7, 8])]
)
def test_who_makes_which_item(position, first):
    command = Open(0, 0, position, None, position + 2, [])
    runs = [Run(batches(), command, (index, 3)) for index in range(3)]
    assert [run.number for run in runs] == first
    assert [run.may_proceed() for run in runs] == [n < position + 2 for n in first]


def test_an_error_ends_the_run():
    stream = Mapping(batches(), refuse_late)
    run = Run(stream, Open(5, 0, 0, None, 100, []), (0, 1))
    pair = Pair()
    message = pair.made_by(run)
    while isinstance(message, tuple) and not isinstance(message, Failure):
        message = pair.made_by(run)
    assert isinstance(message, Failure)
    assert message.run == 5
    assert str(message.error) == "too late"
    assert "refuse_late" in message.trace
    assert not run.may_proceed()


def test_a_state_that_does_not_fit_is_an_error():
    run = Run(batches(), Open(0, 0, 2, {"epoch": 0}, 100, []), (1, 2))
    message = run.make(SlotWriter(unnamed(), 1))
    assert isinstance(message, Failure)
    assert "lacks 'position'" in str(message.error)


class Served:
    """A worker in a thread."""

    def __init__(self, stream):
        name = unnamed()
        self.connection, there = multiprocessing.Pipe()
        self.reader = SlotReader(name, 10)
        worker = Worker(there, stream, (0, 1), SlotWriter(name, 4))
        self.thread = threading.Thread(target=self.serve, args=(worker,))
        self.thread.start()

    def serve(self, worker):
        with pytest.raises(EOFError):
            worker.serve()

    def numbers(self, count):
        messages = [self.connection.recv() for _ in range(count)]
        for message in messages:
            if isinstance(message, Item):
                self.reader.discard(message.parcel)
        return [(message.run, message.number) for message in messages]

    def end(self):
        self.connection.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_runs_take_turns_within_their_limits():
    served = Served(batches())
    served.connection.send(Open(0, 0, 0, None, 0, []))
    served.connection.send(Open(1, 0, 0, None, 2, []))
    assert served.numbers(2) == [(1, 0), (1, 1)]
    served.connection.send(Proceed(0, 2, [(0, 0)]))
    assert served.numbers(2) == [(0, 0), (0, 1)]
    served.connection.send(Close(0))
    served.connection.send(Proceed(0, 8, []))
    served.connection.send(Close(0))
    served.connection.send(Proceed(1, 4, []))
    assert served.numbers(2) == [(1, 2), (1, 3)]
    assert not served.connection.poll()
    served.end()


def test_ends_with_its_connection():
    served = Served(batches())
    served.connection.send(Open(0, 0, 0, None, 3, []))
    assert served.numbers(3) == [(0, 0), (0, 1), (0, 2)]
    served.end()


def test_what_is_no_stream_is_reported(monkeypatch):
    here, there = multiprocessing.Pipe()
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    here.send("no parcel")
    run_worker(there, (0, 1), (unnamed(), unnamed()), 1)
    message = here.recv()
    assert message.run is None
    assert "has no attribute 'place'" in str(message.error)


def test_signals_are_ignored():
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        ignore_signals()
        for number in numbers:
            signal.raise_signal(number)
            assert signal.getsignal(number) is not signal.SIG_IGN
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
import zmq

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialExampleScheme,
    ShuffledScheme,
    server_stream,
)
from brickyard.datasets.exceptions import DataServerError, DataServerTimeout
from brickyard.datasets.server_stream import ServerDataStream
from brickyard.datasets.transformers import (
    Batch,
    BucketBatch,
    Cache,
    Cast,
    Filter,
    Flatten,
    Mapping,
    Merge,
    MultiProcessing,
    NGrams,
    Padding,
    Prefetch,
    RandomHorizontalFlip,
    Rename,
    ScaleAndShift,
    ShuffleBuffer,
    Unpack,
)
from brickyard.extensions import Checkpoint, FinishAfter
from brickyard.testing import check_stream
from brickyard.testing.streams import same
from brickyard.training import MainLoop
from brickyard.training.algorithms import TrainingAlgorithm
from brickyard.training.checkpoint import read_checkpoint

SEQUENCES = [np.arange(float(n % 4 + 2)) for n in range(11)]
NUMBERS = np.arange(11)


def examples():
    dataset = IndexableDataset({"x": SEQUENCES, "n": NUMBERS})
    return DataStream(dataset, SequentialExampleScheme(11))


def batches(**kwargs):
    dataset = IndexableDataset({"x": SEQUENCES, "n": NUMBERS}, **kwargs)
    return DataStream(dataset, ShuffledScheme(11, 3, seed=2))


def client_of(serving, stream, **kwargs):
    return ServerDataStream(
        stream.sources, stream.produces_examples, port=serving.port, **kwargs
    )


def epoch(stream, number=0):
    return list(stream.get_epoch_iterator(epoch=number))


@pytest.fixture
def quick(monkeypatch):
    """Let clients ask soon whether the server is still there."""
    monkeypatch.setattr(server_stream, "PROBE_S", 0.02)


STREAMS = {
    "examples": examples,
    "batches": batches,
    "shuffled": lambda: ShuffleBuffer(examples(), 4),
    "cached": lambda: Cache(batches(), ConstantScheme(2)),
    "padded": lambda: Padding(batches(), mask_sources=("x",)),
    "bucketed": lambda: BucketBatch(examples(), 2, mask_sources=("x",)),
    "read again": lambda: DataStream(IterableDataset({"x": SEQUENCES, "n": NUMBERS})),
}


@pytest.mark.parametrize("hwm", [1, 2, 10])
@pytest.mark.parametrize("name", STREAMS)
def test_the_batches_are_those_of_the_stream(serve, name, hwm):
    stream = STREAMS[name]()
    client = client_of(serve(stream), stream, hwm=hwm)
    for number in (0, 1, 0):
        assert same(epoch(stream, number), epoch(client, number))


@pytest.mark.parametrize("name", STREAMS)
def test_streams_resume_everywhere(serve, name):
    stream = STREAMS[name]()
    check_stream(client_of(serve(stream, hwm=3), stream))


def is_even(example):
    return example[1] % 2 == 0


TRANSFORMED = {
    "batch": lambda s: Padding(Batch(s, ConstantScheme(2)), mask_sources=("x",)),
    "bucket": lambda s: BucketBatch(s, 2, mask_sources=("x",)),
    "filter": lambda s: Filter(s, is_even),
    "merge": lambda s: Merge((s, s), list("abcd")),
    "shuffle": lambda s: ShuffleBuffer(Cast(s, "float32"), 3),
}


@pytest.mark.parametrize("name", TRANSFORMED)
def test_transformers_on_top_of_examples(serve, name):
    transform = TRANSFORMED[name]
    client = transform(client_of(serve(examples()), examples()))
    check_stream(client)
    assert same(epoch(transform(examples()), 1), epoch(client, 1))


def test_transformers_on_top_of_batches(serve):
    images = {"i": np.arange(7 * 4, dtype="uint8").reshape(7, 1, 2, 2)}
    labels = {"i": ("batch", "channel", "height", "width")}
    dataset = IndexableDataset(images, axis_labels=labels)
    stream = DataStream(dataset, ShuffledScheme(7, 3))
    client = client_of(serve(stream), stream)
    client.connect()
    assert client.axis_labels == labels

    def transform(below):
        return Flatten(ScaleAndShift(RandomHorizontalFlip(below), 0.5, 1))

    check_stream(transform(client))
    assert same(epoch(transform(stream), 3), epoch(transform(client), 3))
    pairs = Batch(Rename(Unpack(client), {"i": "j"}), ConstantScheme(2))
    check_stream(Cache(pairs, ConstantScheme(3)))


def test_ngrams_on_top(serve):
    stream = DataStream(IterableDataset({"x": [[1, 2, 3], [4, 5, 6, 7]]}))
    check_stream(NGrams(1, client_of(serve(stream), stream), "next"))


def test_reading_ahead_in_a_thread(serve):
    stream = ShuffleBuffer(batches(), 2)
    check_stream(Prefetch(client_of(serve(stream, hwm=2), stream), 3))


def test_worker_processes(serve):
    stream = ShuffleBuffer(examples(), 3)
    client = client_of(serve(stream, hwm=2), stream)
    iterator = MultiProcessing(client, num_workers=2).get_epoch_iterator(epoch=1)
    assert same(epoch(stream, 1), list(iterator))


class Digest(TrainingAlgorithm):
    """Folds all numbers into one, which depends on their order."""

    value = 0.0

    def initialize(self):
        pass

    def process_batch(self, batch):
        self.value = self.value * 0.7 + float(batch["n"] @ np.arange(len(batch["n"])))

    def get_state(self):
        return {"value": self.value}

    def set_state(self, state):
        self.value = state["value"]


def trainer(stream, path, batches):
    extensions = [FinishAfter(after_n_batches=batches), Checkpoint(path)]
    return MainLoop(Digest(), stream, extensions=extensions)


@pytest.mark.parametrize("stop", [1, 3, 4, 6])
def test_a_trainer_and_a_server_are_restarted(serve, tmp_path, stop):
    stream = ShuffleBuffer(batches(), 2)
    expected = trainer(stream, tmp_path / "plain", 9)
    expected.run()
    serving = serve(stream, hwm=2)
    trainer(client_of(serving, stream), tmp_path / "run", stop).run()
    serving.end()
    serve(stream, port=serving.port)
    later = trainer(client_of(serving, stream), tmp_path / "later", 9)
    later.set_state(read_checkpoint(tmp_path / "run").parts)
    later.run()
    assert later.algorithm.value == expected.algorithm.value


def test_connecting_learns_about_the_stream(serve):
    stream = batches(axis_labels={"x": ("batch", "time")})
    serving = serve(stream)
    client = client_of(serving, stream)
    assert (client.epoch_length, client.axis_labels) == (None, None)
    client.connect()
    assert (client.epoch_length, client.axis_labels) == (4, stream.axis_labels)
    own = client_of(serving, stream, axis_labels={"x": ("batch", "letter")})
    own.connect()
    assert own.axis_labels == {"x": ("batch", "letter")}


def test_several_clients_have_their_own_epochs(serve):
    stream = batches()
    serving = serve(stream, hwm=2)
    one, two = (client_of(serving, stream) for _ in range(2))
    two.next_epoch()
    iterators = [c.get_epoch_iterator() for c in (one, two, one)]
    rows = list(zip(*iterators, strict=True))
    for number, found in zip((0, 1, 1), zip(*rows, strict=True), strict=True):
        assert same(epoch(stream, number), list(found))


@pytest.mark.parametrize("position", range(5))
def test_a_restarted_server_is_asked_for_the_next_batch(serve, quick, position):
    stream = ShuffleBuffer(batches(), 2)
    serving = serve(stream, hwm=2)
    iterator = client_of(serving, stream).get_epoch_iterator()
    found = [next(iterator) for _ in range(position)] if position < 5 else []
    serving.end()
    serve(stream, port=serving.port)
    assert same(epoch(stream), found + list(iterator))


def test_a_server_that_is_restarted_again_and_again(serve, quick):
    stream = ShuffleBuffer(examples(), 3)
    serving = serve(stream)
    iterator = client_of(serving, stream).get_epoch_iterator()
    found = []
    for item in iterator:
        found.append(item)
        serving.end()
        serving = serve(stream, port=serving.port)
    assert same(epoch(stream), found)


def test_sessions_that_the_server_dropped(serve, quick, monkeypatch):
    monkeypatch.setattr("brickyard.datasets.data_server.MAX_SESSIONS", 1)
    stream = ShuffleBuffer(batches(), 2)
    client = client_of(serve(stream, hwm=1), stream)
    rows = zip(*[client.get_epoch_iterator(epoch=e) for e in (0, 1)], strict=True)
    for number, found in enumerate(zip(*rows, strict=True)):
        assert same(epoch(stream, number), list(found))


SERVER = """
import numpy as np
from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
from brickyard.datasets.server import start_server

stream = DataStream(IndexableDataset({"x": np.arange(20)}), ShuffledScheme(20, 3))
start_server(stream, port=PORT, on_ready=lambda port: print(port, flush=True))
"""


def start_process(port=0):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER.replace("PORT", str(port))],
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, int(process.stdout.readline())


def end_process(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_killed_server_and_a_client_in_another_process(quick):
    stream = DataStream(IndexableDataset({"x": np.arange(20)}), ShuffledScheme(20, 3))
    process, port = start_process()
    client = ServerDataStream(("x",), False, port=port, hwm=2)
    iterator = client.get_epoch_iterator()
    found = [next(iterator), next(iterator)]
    end_process(process)
    process, _ = start_process(port)
    try:
        assert same(epoch(stream), found + list(iterator))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert same(epoch(stream, 4), pool.apply(epoch, (client, 4)))
    finally:
        end_process(process)


def test_ctrl_c_ends_a_server():
    process, _ = start_process()
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    process.stdout.close()


def test_a_server_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = own.getsockname()[1]
    client = ServerDataStream(("x",), True, port=port, timeout_s=0.05)
    message = (
        rf"the data server at localhost:{port} did not answer within 0.05 s "
        r"\(timeout_s\) when asked for item 0 of epoch 2: nothing can be reached there"
    )
    with pytest.raises(DataServerTimeout, match=message):
        next(client.get_epoch_iterator(epoch=2))
    with pytest.raises(TimeoutError, match="when asked to say hello: nothing can be r"):
        client.connect()


def test_a_server_that_disappears(serve, quick):
    stream = batches()
    serving = serve(stream, hwm=1)
    client = client_of(serving, stream, timeout_s=0.3)
    iterator = client.get_epoch_iterator()
    found = [next(iterator)]
    serving.end()
    with pytest.raises(DataServerTimeout, match=r"for item [12] of epoch 0: nothing"):
        found += list(iterator)
    # and it can be asked again when there is a server
    iterator_state = iterator.get_state()
    assert iterator_state["position"] in (1, 2)
    serve(stream, port=serving.port)
    later = client.get_epoch_iterator(epoch=0)
    later.set_state(iterator_state)
    assert same(epoch(stream)[iterator_state["position"] :], list(later))
    assert same(epoch(stream)[iterator_state["position"] :], list(iterator))


def test_another_program_that_speaks_zeromq():
    with zmq.Context.instance().socket(zmq.PUSH) as push:
        port = push.bind_to_random_port("tcp://127.0.0.1")
        client = ServerDataStream(("x",), True, port=port, timeout_s=0.1)
        with pytest.raises(DataServerTimeout, match="speaks ZeroMQ is there and does"):
            next(client.get_epoch_iterator())


def test_another_version_at_the_other_end():
    with zmq.Context.instance().socket(zmq.ROUTER) as router:
        port = router.bind_to_random_port("tcp://127.0.0.1")

        def answer():
            client = router.recv_multipart()[0]
            router.send_multipart([client, b'{"brickyard":2,"tree":null,"arrays":[]}'])

        thread = threading.Thread(target=answer)
        thread.start()
        client = ServerDataStream(("x",), True, port=port)
        with pytest.raises(
            DataServerError, match=rf"{port} .* in version 2 of the for"
        ):
            client.connect()
        thread.join()


def test_a_long_wait_is_fine_while_the_server_lives(serve, quick, monkeypatch):
    stream = batches()
    client = client_of(serve(stream, hwm=1), stream, timeout_s=0.4)
    iterator = client.get_epoch_iterator()
    next(iterator)
    take, answers = iterator._take, []

    def take_later(answer):
        answers.append(answer["answer"])
        return take(answer) if answers.count("alive") > 30 else None

    monkeypatch.setattr(iterator, "_take", take_later)
    # thirty probes take longer than the timeout; then what was lost is asked for again
    assert same(epoch(stream)[1], next(iterator))
    assert answers[:3] == ["item", "alive", "alive"]


def test_a_mismatch_names_both(serve):
    serving = serve(batches())
    wrong = ServerDataStream(("x", "y"), False, port=serving.port)
    message = (
        r"refused: its stream, a DataStream, has sources=\('x', 'n'\), and the client "
        r"expects sources=\['x', 'y'\]"
    )
    for attempt in (wrong.connect, lambda: next(wrong.get_epoch_iterator())):
        with pytest.raises(DataServerError, match=message):
            attempt()
    wrong = ServerDataStream(("x", "n"), True, port=serving.port)
    with pytest.raises(DataServerError, match="has produces_examples=False, and the c"):
        wrong.connect()


def fail_at_two(data):
    if data[1] == 2:
        raise RuntimeError("no two")
    return data


def test_exceptions_of_the_stream(serve):
    stream = Mapping(examples(), fail_at_two)
    client = client_of(serve(stream), stream)
    for _ in range(2):
        iterator = client.get_epoch_iterator(epoch=1)
        assert same(epoch(examples())[:2], [next(iterator), next(iterator)])
        for _ in range(2):
            message = "failed: Mapping raised RuntimeError at item 2 of epoch 1: no two"
            with pytest.raises(DataServerError, match=message):
                next(iterator)


def test_things_that_cannot_be_sent(serve):
    stream = DataStream(IterableDataset({"x": [object()]}))
    with pytest.raises(DataServerError, match=r"at item 0 .* source 'x' is an object"):
        next(client_of(serve(stream), stream).get_epoch_iterator())


def test_items_that_make_no_sense(serve):
    stream = batches()
    iterator = client_of(serve(stream), stream).get_epoch_iterator()
    with pytest.raises(DataServerError, match="sent an item without data"):
        iterator._take({"answer": "item", "position": 0})


def test_states(serve):
    stream = batches()
    client = client_of(serve(stream), stream)
    iterator = client.get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    assert state["memory"]["position"] == 1
    with pytest.raises(TypeError, match="server's iterator must be a mapping or None"):
        iterator.set_state({**state, "memory": 3})
    with pytest.raises(TypeError, match="'position' in the state of the server's iter"):
        iterator.set_state({**state, "memory": {}})
    assert same(epoch(stream)[1:], list(iterator))
    iterator.set_state({**state, "memory": {"position": 1}})
    with pytest.raises(DataServerError, match="the state of the DatasetIterator of Da"):
        next(iterator)
    # without the server's state the items are skipped
    iterator.set_state({**state, "memory": None})
    assert same(epoch(stream)[1:], list(iterator))


def test_a_position_behind_the_end(serve):
    stream = batches()
    iterator = client_of(serve(stream), stream).get_epoch_iterator(epoch=0)
    iterator.set_state({**iterator.get_state(), "position": 9})
    with pytest.raises(
        DataServerError, match="ended after 4 items, and the client has"
    ):
        next(iterator)


def test_has_no_data_outside_an_epoch():
    with pytest.raises(ValueError, match="ServerDataStream has no data for a single"):
        ServerDataStream(("x",), True).get_data([1])


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"sources": "xy"}, TypeError, r"got the string 'xy'; write \('xy',\)"),
        ({"sources": ()}, TypeError, r"must be names of sources, got \(\)"),
        ({"sources": (1,)}, TypeError, r"must be names of sources, got \(1,\)"),
        ({"sources": ("x", "x")}, ValueError, "has duplicates"),
        ({"produces_examples": 1}, TypeError, "must be True or False, got 1"),
        ({"host": ""}, TypeError, "host of ServerDataStream must be a name or addr"),
        ({"port": 0}, ValueError, "port of ServerDataStream must be between 1 and 65"),
        ({"hwm": 0}, ValueError, "hwm of ServerDataStream must be at least 1"),
        ({"timeout_s": "1"}, TypeError, "timeout_s of ServerDataStream must be a num"),
        ({"timeout_s": 0}, ValueError, "timeout_s of ServerDataStream must be positiv"),
    ],
)
def test_arguments(arguments, kind, message):
    with pytest.raises(kind, match=message):
        ServerDataStream(**{"sources": ("x",), "produces_examples": True, **arguments})

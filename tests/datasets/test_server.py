import pickle
import threading

import numpy as np
import pytest
import zmq

from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.array_messages import encode_message
from brickyard.datasets.data_server import DataServer
from brickyard.datasets.exceptions import MessageError
from brickyard.datasets.server import recv_arrays, send_arrays, start_server
from brickyard.datasets.server_stream import ServerDataStream
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing.streams import same


@pytest.fixture
def pair():
    """Two connected sockets, one to send and one to receive."""
    context = zmq.Context.instance()
    with context.socket(zmq.PULL) as receiver, context.socket(zmq.PUSH) as sender:
        port = receiver.bind_to_random_port("tcp://127.0.0.1")
        sender.setsockopt(zmq.LINGER, 0)
        sender.connect(f"tcp://127.0.0.1:{port}")
        receiver.setsockopt(zmq.RCVTIMEO, 5000)
        yield sender, receiver


def test_arrays_arrive(pair):
    arrays = [
        np.arange(6.0).reshape(2, 3).T,
        np.array(["a", "bc"]),
        [np.zeros(2), np.zeros(1)],
        ragged([np.ones(1), np.ones(3)]),
        np.zeros((0, 5), "uint8"),
        np.random.default_rng(1).normal(size=(300, 300)),
    ]
    send_arrays(pair[0], iter(arrays))
    send_arrays(pair[0], [])
    assert same(arrays, recv_arrays(pair[1]))
    assert recv_arrays(pair[1]) == []


def test_the_end_is_told(pair):
    send_arrays(pair[0], None, stop=True)
    with pytest.raises(StopIteration):
        recv_arrays(pair[1])


class Trap:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


@pytest.mark.parametrize(
    "frames",
    [
        [pickle.dumps(Trap())],
        [
            b'{"brickyard":1,"tree":{"arrays":[{"$array":0}]},"arrays":[["|O",[1]]]}',
            b"",
        ],
        [b"{}"],
        encode_message({"arrays": [1], "stop": True}),
        encode_message({"arrays": np.zeros(2)}),
        encode_message({"stop": np.ones(2)}),
        encode_message([1]),
    ],
)
def test_other_messages_are_refused(pair, frames):
    pair[0].send_multipart([bytes(frame) for frame in frames])
    with pytest.raises(MessageError, match="a message of"):
        recv_arrays(pair[1])


def test_objects_are_refused(pair):
    with pytest.raises(TypeError, match=r"is a Trap; only arrays"):
        send_arrays(pair[0], [Trap()])


def test_a_server_says_when_it_is_ready_and_ends_at_an_interrupt(monkeypatch):
    stream = DataStream(IterableDataset({"x": [1, 2]}))
    found, readers, run = [], [], DataServer.run

    def read(port):
        client = ServerDataStream(("x",), True, port=port)
        found.extend(client.get_epoch_iterator())

    def on_ready(port):
        readers.append(threading.Thread(target=read, args=(port,)))
        readers[0].start()

    def run_until_read(server):
        """Serve until the client has all, and then be interrupted."""

        def watch():
            readers[0].join()
            server.stop()

        readers.append(threading.Thread(target=watch))
        readers[1].start()
        run(server)
        readers[1].join()
        raise KeyboardInterrupt

    monkeypatch.setattr(DataServer, "run", run_until_read)
    start_server(stream, port=0, on_ready=on_ready)
    assert found == [(1,), (2,)]


def test_an_interface_that_there_is_not():
    stream = DataStream(IterableDataset({"x": [1, 2]}))
    with pytest.raises(OSError, match="DataServer cannot listen on port 0 of '256"):
        start_server(stream, port=0, host="256.0.0.1")

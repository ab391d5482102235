import socket
import threading

import pytest
import zmq

from brickyard.datasets import server_connection
from brickyard.datasets.array_messages import encode_message
from brickyard.datasets.exceptions import DataServerError
from brickyard.datasets.server_connection import ServerConnection


@pytest.fixture
def connection_to():
    connections = []

    def connect(port):
        connections.append(ServerConnection("localhost", port))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def zmq_socket():
    sockets = []

    def bind(kind):
        sockets.append(zmq.Context.instance().socket(kind))
        sockets[-1].setsockopt(zmq.LINGER, 0)
        return sockets[-1], sockets[-1].bind_to_random_port("tcp://127.0.0.1")

    yield bind
    for each in sockets:
        each.close()


def answering(listener, data):
    """Send data to everybody who connects, until the listener is closed."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer:
            peer.sendall(data)


@pytest.fixture
def listener():
    """Start programs that listen on a port and say something."""
    running = []

    def start(data):
        own = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=answering, args=(own, data))
        thread.start()
        running.append((own, thread))
        return own.getsockname()[1]

    yield start
    for own, thread in running:
        own.shutdown(socket.SHUT_RDWR)
        own.close()
        thread.join()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as own:
        return own.getsockname()[1]


def test_requests_and_answers(connection_to, zmq_socket):
    router, port = zmq_socket(zmq.ROUTER)
    connection = connection_to(port)
    assert connection.send({"ask": "hello"}, 5.0)
    client = router.recv_multipart()[0]
    assert connection.receive(0.0) is None
    router.send_multipart([client, *encode_message({"answer": "x", "token": None})])
    assert connection.receive(5.0) == {"answer": "x", "token": None}


def test_nothing_is_sent_without_a_connection(connection_to):
    connection = connection_to(free_port())
    assert not connection.send({"ask": "hello"}, 0.01)


def test_the_connection_comes_up_later(connection_to):
    port = free_port()
    connection = connection_to(port)
    assert not connection.send({"ask": "hello"})
    with zmq.Context.instance().socket(zmq.ROUTER) as router:
        router.bind(f"tcp://127.0.0.1:{port}")
        assert connection.send({"ask": "hello"}, 5.0)
        assert router.poll(5000)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([b"GET"], "is not a data server of this version of brickyard: not a message"),
        ([b'{"brickyard":9}'], "brickyard: a message in version 9 of the format, and"),
        (encode_message([1]), "its message is no answer"),
        (encode_message({"answer": 1}), "its message is no answer"),
        (encode_message({"answer": "item", "token": 1}), "its message is no answer"),
    ],
)
def test_strangers_are_refused(connection_to, zmq_socket, frames, message):
    router, port = zmq_socket(zmq.ROUTER)
    connection = connection_to(port)
    assert connection.send({"ask": "hello"}, 5.0)
    router.send_multipart([router.recv_multipart()[0], *frames])
    with pytest.raises(DataServerError, match=rf"localhost:{port} .*{message}"):
        connection.receive(5.0)


def test_diagnoses(connection_to, zmq_socket, listener):
    assert "nothing can be reached there" in connection_to(free_port()).diagnose()
    _, port = zmq_socket(zmq.PUSH)
    assert "speaks ZeroMQ is there and does not" in connection_to(port).diagnose()
    for words in (b"HTTP/1.1 400 Bad Request\r\n", b"no", b""):
        text = connection_to(listener(words)).diagnose()
        assert text == "the program that listens there does not speak ZeroMQ"


def test_a_listener_that_says_nothing(connection_to, monkeypatch):
    monkeypatch.setattr(server_connection, "GREETING_S", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as own:
        text = connection_to(own.getsockname()[1]).diagnose()
    assert text == "the program that listens there does not speak ZeroMQ"


def test_a_host_that_is_none():
    with pytest.raises(DataServerError, match="'a b' is not the name or address of a"):
        ServerConnection("a b", 5557)


def test_an_abandoned_connection_is_closed():
    connection = ServerConnection("localhost", free_port())
    inner = connection._socket
    del connection
    assert inner.closed

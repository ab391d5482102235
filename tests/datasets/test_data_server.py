import numpy as np
import pytest
import zmq

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    data_server,
)
from brickyard.datasets.array_messages import decode_message, encode_message
from brickyard.datasets.data_server import DataServer, check_port
from brickyard.datasets.transformers import Mapping

WISH = {"sources": ["x"], "produces_examples": True}
OPEN = {"ask": "open", "token": "a", "epoch": 0, "position": 0, "window": 2, **WISH}


class Client:
    """Says to a server what it likes."""

    def __init__(self, port):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(f"tcp://localhost:{port}")

    def say(self, **message):
        self.socket.send_multipart(encode_message(message))

    def hear(self):
        assert self.socket.poll(5000)
        return decode_message(self.socket.recv_multipart())

    def ask(self, **message):
        self.say(**message)
        return self.hear()

    def rounds(self, count=10):
        """Wait until the server has gone round so many times."""
        for _ in range(count):
            assert self.ask(ask="hello", **WISH)["answer"] == "welcome"


@pytest.fixture
def connect():
    clients = []

    def make(serving):
        clients.append(Client(serving.port))
        return clients[-1]

    yield make
    for client in clients:
        client.socket.close()


def numbers(count=100):
    return DataStream(IterableDataset({"x": range(count)}))


def test_items_end_and_what_is_lost(serve, connect):
    client = connect(serve(numbers(2)))
    items = [client.ask(**OPEN), client.hear()]
    assert [(item["position"], item["data"]) for item in items] == [(0, [0]), (1, [1])]
    end = client.ask(ask="more", token="a", have=2, probe=False)
    assert end == {"answer": "end", "token": "a", "position": 2}
    assert client.ask(ask="more", token="a", have=2) == {"answer": "lost", "token": "a"}


def test_welcome_tells_about_the_stream(serve, connect):
    dataset = IndexableDataset(
        {"x": np.zeros((5, 2))}, axis_labels={"x": ("batch", "feature")}
    )
    client = connect(serve(DataStream(dataset, SequentialScheme(5, 2))))
    wish = {**WISH, "produces_examples": False}
    assert client.ask(ask="hello", **wish) == {
        "answer": "welcome",
        "token": None,
        "stream": "DataStream",
        "epoch_length": 3,
        "axis_labels": {"x": ["batch", "feature"]},
    }


@pytest.mark.parametrize(("server", "client", "sent"), [(5, 3, 3), (2, 9, 2)])
def test_no_more_than_a_window_is_made_ahead(serve, connect, server, client, sent):
    made = []
    stream = Mapping(numbers(), lambda data: made.append(data) or data)
    slow = connect(serve(stream, hwm=server))
    slow.say(**{**OPEN, "window": client})
    heard = [slow.hear()["position"] for _ in range(sent)]
    assert heard == list(range(sent))
    # an answer takes a round of the server, in which it could send an item
    for _ in range(10):
        assert slow.ask(ask="more", token="a", have=0, probe=True) == {
            "answer": "alive",
            "token": "a",
            "position": sent,
        }
    assert len(made) == sent
    slow.say(ask="more", token="a", have=1)
    assert slow.hear()["position"] == sent
    assert len(made) == sent + 1


def test_claims_of_items_that_were_not_sent_do_not_open_the_window(serve, connect):
    made = []
    stream = Mapping(numbers(), lambda data: made.append(data) or data)
    client = connect(serve(stream, hwm=2))
    client.say(**OPEN)
    client.say(ask="more", token="a", have=10**9)
    for _ in range(10):
        client.say(ask="more", token="a", have=0, probe=True)
        while client.hear()["answer"] != "alive":
            continue
    assert len(made) <= 4


def test_clients_take_turns(serve, connect):
    serving = serve(numbers(6), hwm=1)
    one, two = connect(serving), connect(serving)
    found = [one.ask(**OPEN)["data"], two.ask(**{**OPEN, "token": "b"})["data"]]
    for have in (1, 2):
        found.append(one.ask(ask="more", token="a", have=have)["data"])
        found.append(two.ask(ask="more", token="b", have=have)["data"])
    assert found == [[0], [0], [1], [1], [2], [2]]


def test_another_stream_is_refused(serve, connect):
    client = connect(serve(numbers()))
    answer = client.ask(**{**OPEN, "sources": ["y"]})
    assert answer["answer"] == "refused"
    assert answer["text"] == (
        "its stream, a DataStream, has sources=('x',), and the client expects "
        "sources=['y']"
    )
    answer = client.ask(ask="hello", sources=["x"], produces_examples=False)
    assert answer["text"].endswith(
        "has produces_examples=True, and the client expects produces_examples=False"
    )


def fail_at_two(data):
    if data[0] == 2:
        raise RuntimeError("no two")
    return data


def test_exceptions_of_the_stream_are_told_and_the_server_goes_on(serve, connect):
    client = connect(serve(Mapping(numbers(), fail_at_two), hwm=9))
    client.say(**{**OPEN, "window": 9})
    assert [client.hear()["data"] for _ in range(2)] == [[0], [1]]
    for position in (2, 1):
        answer = client.hear()
        assert answer["answer"] == "failed"
        assert answer["text"] == (
            "Mapping raised RuntimeError at item 2 of epoch 0: no two"
        )
        client.say(**{**OPEN, "position": position})
    assert client.hear()["data"] == [1]
    client.hear()
    answer = client.ask(**{**OPEN, "cursor": {"epoch": 1}})
    assert answer["text"].startswith("Mapping raised ValueError at item 0 of epoch 0:")
    assert client.ask(**OPEN)["data"] == [0]


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([b"\x80\x04N."], "its first frame is not JSON"),
        ([b""], "its first frame is not JSON"),
        (encode_message([1]), "no request that version 1 of the data server knows: No"),
        (encode_message({"ask": "run"}), "server knows: 'run'"),
        (encode_message({"ask": "close"}), "a request without a token"),
        (encode_message({**OPEN, "token": "a" * 65}), "whose 'token' is too long"),
        (encode_message({**OPEN, "token": 5}), "a request whose 'token' is 5"),
        (encode_message({**OPEN, "epoch": -1}), "a request whose 'epoch' is -1"),
        (encode_message({**OPEN, "epoch": True}), "a request whose 'epoch' is True"),
        (encode_message({**OPEN, "window": "9"}), "a request whose 'window' is '9'"),
        (encode_message({**OPEN, "position": None}), "'position' is None"),
        (encode_message({"ask": "more", "token": "a"}), "whose 'have' is None"),
    ],
)
def test_other_requests_are_refused_and_the_server_goes_on(
    serve, connect, frames, message
):
    client = connect(serve(numbers()))
    client.socket.send_multipart([bytes(frame) for frame in frames])
    answer = client.hear()
    assert answer["answer"] == "refused"
    assert message in answer["text"]
    client.rounds(1)


def test_the_session_not_used_for_longest_is_dropped(serve, connect, monkeypatch):
    monkeypatch.setattr(data_server, "MAX_SESSIONS", 2)
    client = connect(serve(numbers(), hwm=1))
    for token in "ab":
        client.ask(**{**OPEN, "token": token})
    client.ask(ask="more", token="a", have=1)
    client.ask(**{**OPEN, "token": "c"})
    assert client.ask(ask="more", token="b", have=1)["answer"] == "lost"
    assert client.ask(ask="more", token="a", have=2)["position"] == 2


def test_a_client_that_went_away_is_forgotten():
    with DataServer(numbers(), 0) as server:
        server._on_open(b"gone", "a", OPEN)
        assert list(server._sessions) == ["a"]
        server._advance("a")
        assert list(server._sessions) == []


def test_closing_a_session(serve, connect):
    client = connect(serve(numbers()))
    client.ask(**{**OPEN, "window": 1})
    client.say(ask="close", token="a")
    assert client.ask(ask="more", token="a", have=1)["answer"] == "lost"


def test_a_taken_port():
    with DataServer(numbers(), 0) as server:
        with pytest.raises(OSError, match=f"cannot listen on port {server.port} of 'l"):
            DataServer(numbers(), server.port)
        port = server.port
    with DataServer(numbers(), port) as server:
        assert server.port == port


def test_only_this_machine_can_connect():
    with DataServer(numbers(), 0) as server:
        endpoint = server._socket.getsockopt_string(zmq.LAST_ENDPOINT)
    assert endpoint.startswith("tcp://127.0.0.1:")


def test_arguments():
    with pytest.raises(TypeError, match="DataServer reads a data stream, got list"):
        DataServer([1])
    with pytest.raises(ValueError, match="hwm of DataServer must be at least 1"):
        DataServer(numbers(), hwm=0)
    with pytest.raises(OSError, match=r"on port 0 of 'no.such.interface'"):
        DataServer(numbers(), 0, host="no.such.interface")
    with pytest.raises(TypeError, match="port of A must be an integer, got '1'"):
        check_port("1", "A")
    for port in (0, 65536):
        with pytest.raises(
            ValueError, match=f"port of A must be between 1 and .*{port}"
        ):
            check_port(port, "A")

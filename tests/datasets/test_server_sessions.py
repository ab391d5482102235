import numpy as np
import pytest

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    server_sessions,
)
from brickyard.datasets.array_messages import decode_message
from brickyard.datasets.server_sessions import EpochEnd, Session
from brickyard.datasets.transformers import ShuffleBuffer
from brickyard.testing.streams import same


def stream_of(count, width=100):
    data = {"x": np.arange(count * width).reshape(count, width), "n": np.arange(count)}
    return DataStream(IndexableDataset(data), SequentialScheme(count, 1))


def items(session):
    result = []
    while True:
        try:
            frames = session.advance("t")
        except EpochEnd:
            return result
        if frames is not None:
            result.append(decode_message([bytes(frame) for frame in frames]))


def test_an_epoch():
    found = items(Session(stream_of(3), 0, position=0, cursor=None, window=2))
    assert [item["position"] for item in found] == [0, 1, 2]
    assert all(
        (i["answer"], i["token"], i["window"]) == ("item", "t", 2) for i in found
    )
    assert found[1]["data"][0][0].tolist() == list(range(100, 200))
    assert found[1]["cursor"]["position"] == 2


def test_a_window_opens_as_items_are_taken():
    session = Session(stream_of(5), 0, position=1, cursor=None, window=2)
    done = []
    for have in (1, 2, 5):
        session.have = have
        while session.is_ready() and session.position < 5:
            session.advance("t")
        done.append(session.position)
    assert done == [3, 4, 5]


@pytest.mark.parametrize("position", range(5))
def test_going_on_from_a_state_or_by_skipping(position):
    stream = ShuffleBuffer(stream_of(4), 2)
    expected = items(Session(stream, 1, 0, None, 9))
    cursors = [None, *(item["cursor"] for item in expected)]
    for before in range(position + 1):
        session = Session(stream, 1, position, cursors[before], 9)
        later = items(session)
        assert same(
            [item["data"] for item in later],
            [item["data"] for item in expected[position:]],
        )


def test_skipping_is_done_even_if_no_item_is_wanted():
    session = Session(stream_of(4), 0, position=3, cursor=None, window=1)
    session.have = 0
    assert [session.is_ready(), session.advance("t")] == [True, None]


def test_states_are_sent_when_they_are_small_beside_the_data():
    large = items(Session(stream_of(50, width=1000), 0, 0, None, 1))
    assert all(item["cursor"] is not None for item in large)
    small = items(Session(stream_of(50, width=1), 0, 0, None, 1))
    positions = [i for i, item in enumerate(small) if item["cursor"] is not None]
    assert positions[0] == 0
    assert 1 < len(positions) < 15


def test_states_that_are_too_large_are_not_sent(monkeypatch):
    monkeypatch.setattr(server_sessions, "MAX_CURSOR_BYTES", 10)
    found = items(Session(ShuffleBuffer(stream_of(4), 3), 0, 0, None, 1))
    assert [item["cursor"] for item in found] == [None] * 4


def test_closing_closes_the_epoch():
    session = Session(stream_of(4), 0, 0, None, 1)
    session.close()
    assert list(session.iterator) == []


def test_refuses_a_position_behind_the_end():
    session = Session(stream_of(2), 0, position=5, cursor=None, window=1)
    with pytest.raises(ValueError, match="ended after 2 items, and the client has 5"):
        items(session)


def test_refuses_states_of_something_else():
    with pytest.raises(ValueError, match="lacks 'epoch'"):
        Session(stream_of(2), 0, 0, {}, 1)
    state = items(Session(stream_of(2), 0, 0, None, 1))[1]["cursor"]
    with pytest.raises(ValueError, match="the state is of position 2, and the item af"):
        Session(stream_of(2), 0, 1, state, 1)


def test_refuses_data_that_cannot_be_sent():
    stream = DataStream(IterableDataset({"x": [1], "y": [object()]}))
    with pytest.raises(TypeError, match="source 'y' is an object; only arrays of"):
        Session(stream, 0, 0, None, 1).advance("t")

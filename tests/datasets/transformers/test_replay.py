import pytest

from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.transformers.replay import Replay


def replay_of(values):
    stream = DataStream(IterableDataset({"x": values}))
    return Replay(stream.get_epoch_iterator(epoch=0))


@pytest.mark.parametrize("read", range(6))
@pytest.mark.parametrize("released", range(6))
def test_goes_on_from_anywhere(read, released):
    if released > read:
        released = read
    replay = replay_of(range(5))
    for _ in range(min(read, 5)):
        replay.read()
    for _ in range(min(released, len(replay.held))):
        replay.release()
    other = replay_of(range(5))
    other.set_state(replay.get_state())
    assert other.held == replay.held
    assert list(other.child) == list(replay.child)


def test_goes_back_from_the_end():
    replay = replay_of(range(2))
    replay.read()
    replay.read()
    state = replay.get_state()
    with pytest.raises(StopIteration):
        replay.read()
    assert replay.get_state() == state
    replay.set_state(state)
    assert list(replay.held) == [(0,), (1,)]


def test_data_that_became_fewer():
    replay = replay_of(range(3))
    for _ in range(3):
        replay.read()
    with pytest.raises(ValueError, match=r"holds 3 items of DataStream, .* after 2"):
        replay_of(range(2)).set_state(replay.get_state())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"held": -1}, ValueError, "'held' in the state of what DataStream gave"),
        ({"held": "1"}, TypeError, "'held' .* must be an integer"),
        ({"other": 1}, ValueError, "what DataStream gave has unknown 'other'"),
    ],
)
def test_malformed_states(change, error, message):
    replay = replay_of(range(3))
    with pytest.raises(error, match=message):
        replay.set_state({**replay.get_state(), **change})

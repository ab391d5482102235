import numpy as np
import pytest

from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.transformers.held_items import HeldItems
from brickyard.testing.streams import round_trip


def items_of(values, interval=3):
    stream = DataStream(IterableDataset({"x": values}))
    return HeldItems(stream.get_epoch_iterator(epoch=0), interval)


def rest(items):
    """Return what is held and what comes after."""
    held = [items.take(len(items) - 1)[0] for _ in range(len(items))]
    return held, [x for (x,) in items.child]


@pytest.mark.parametrize("interval", [1, 2, 3, 50])
@pytest.mark.parametrize("seed", range(5))
def test_goes_on_from_anywhere(interval, seed):
    rng = np.random.default_rng(seed)
    items = items_of(range(20), interval)
    for _ in range(60):
        state = round_trip(items.get_state(), "the state")
        other = items_of(range(20), interval)
        other.set_state(state)
        assert rest(other)[0] == [x for (x,) in items._items[::-1]]
        again = items_of(range(20), interval)
        again.set_state(state)
        assert again.get_state()["held"].tolist() == state["held"].tolist()
        assert again.get_state()["child"] == state["child"]
        # the copy takes over, so that states of restored ones are tried too
        if rng.random() < 0.5:
            items = again
        if len(items) and rng.random() < 0.5:
            items.take(int(rng.integers(len(items))))
        else:
            items.read()


def test_the_last_item_comes_into_the_place():
    items = items_of("abc")
    while items.read():
        continue
    assert [items.take(0)[0] for _ in range(3)] == ["a", "c", "b"]


def test_reading_begins_near_the_oldest_item_held():
    items = items_of(range(100), interval=5)
    for _ in range(80):
        items.read()
    for number in range(42):
        items.take(items._numbers.index(number))
    state = items.get_state()
    assert state["first"] == 40
    assert state["child"]["memory"] == {"consumed": 40}
    assert len(items._states) == 8


def test_the_end_is_known_and_forgotten():
    items = items_of(range(2))
    before = items.get_state()
    assert [items.read() for _ in range(4)] == [True, True, False, False]
    items.set_state(before)
    assert rest(items) == ([], [0, 1])


def test_data_that_became_fewer():
    items = items_of(range(4))
    while items.read():
        continue
    with pytest.raises(
        ValueError, match="after 4 items of DataStream, which ended aft"
    ):
        items_of(range(2)).set_state(items.get_state())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"held": np.array([5])},
            ValueError,
            "'held' .* must be between 0 and 2, got 5",
        ),
        ({"held": np.array([-1])}, ValueError, "'held' .* must be between 0 and 2"),
        (
            {"held": np.array([0.5])},
            TypeError,
            "'held' .* must be an array of integers",
        ),
        ({"held": np.array([1, 1])}, ValueError, "'held' .* has a number twice"),
        ({"held": None}, TypeError, "'held' .* must be an array of integers, got None"),
        ({"first": 4}, ValueError, "'first' .* must be between 0 and 3, got 4"),
        ({"read": "1"}, TypeError, "'read' .* must be an integer"),
        ({"other": 1}, ValueError, "what DataStream gave has unknown 'other'"),
    ],
)
def test_malformed_states(change, error, message):
    items = items_of(range(5))
    for _ in range(3):
        items.read()
    with pytest.raises(error, match=message):
        items.set_state({**items.get_state(), **change})

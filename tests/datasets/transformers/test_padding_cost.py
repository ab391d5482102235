import numpy as np
import pytest

from brickyard.datasets.transformers.padding_cost import PaddingCost
from brickyard.testing.streams import round_trip


def masks():
    one = np.array([[1, 1, 0], [1, 0, 0]])
    other = np.array([[1.0, 0.0], [1.0, 1.0]])
    return [one, other]


def test_counts():
    cost = PaddingCost()
    assert cost.padding_rate == 0
    cost.add(masks())
    cost.add(masks())
    cost.add([np.ones((1, 4)), np.ones((1, 2), bool)])
    assert (cost.steps, cost.padded_steps) == (26, 8)
    assert cost.padding_rate == 8 / 26
    assert cost.shapes == {(2, 3, 2), (1, 4, 2)}
    assert str(cost) == "30.8 % of 26 steps were padding, in batches of 2 shapes"


def test_state():
    cost, other = PaddingCost(), PaddingCost()
    cost.add(masks())
    state = round_trip(cost.get_state(), "the cost")
    other.set_state(state)
    other.add(masks())
    cost.add(masks())
    assert other.get_state() == cost.get_state()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"steps": -1}, ValueError, "'steps' in the state of the cost of padding must"),
        (
            {"padded_steps": 11},
            ValueError,
            "'padded_steps' .* between 0 and 10, got 11",
        ),
        ({"shapes": [[0.5]]}, TypeError, "'shapes' .* must be an integer"),
        ({"other": 1}, ValueError, "the cost of padding has unknown 'other'"),
    ],
)
def test_malformed_states(change, error, message):
    cost = PaddingCost()
    cost.add(masks())
    state = cost.get_state()
    with pytest.raises(error, match=message):
        cost.set_state({**state, **change})
    assert cost.get_state() == state

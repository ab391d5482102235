import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.attention import SimpleSequenceAttention

ATTENDED = np.arange(12, dtype="float32").reshape(3, 2, 2)


def test_steps_through_the_attended():
    attention = SimpleSequenceAttention(["states"], [3], 2)
    attended = pt.tensor3("attended")
    glimpses, step = attention.initial_glimpses(2, attended)
    assert step.dtype == "int64"
    assert not evaluate(glimpses, {attended: ATTENDED}).any()
    for row in [0, 1, 2, 2]:
        glimpses, step = attention.take_glimpses(
            attended, step=step, states=pt.zeros((2, 3))
        )
        found = evaluate(glimpses, {attended: ATTENDED})
        np.testing.assert_array_equal(found, ATTENDED[row])
    assert evaluate(step, {}).tolist() == [4, 4]


def test_names_and_dimensions():
    attention = SimpleSequenceAttention(["states"], [3], 2)
    assert attention.take_glimpses.inputs[3:] == ["step", "states"]
    assert attention.get_dims(["glimpses", "step", "states"]) == [2, 0, 3]
    with pytest.raises(ValueError, match="does not know the dimension"):
        attention.get_dim("weights")
    with pytest.raises(TypeError, match="needs the glimpse step of the step before"):
        attention.take_glimpses(pt.tensor3())

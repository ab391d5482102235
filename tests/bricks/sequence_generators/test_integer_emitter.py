import pytest

from brickyard.backends import evaluate
from brickyard.bricks.sequence_generators import IntegerEmitter


def test_initial_outputs():
    outputs = evaluate(IntegerEmitter(initial_output=300).initial_outputs(2))
    assert outputs.dtype == "int64"
    assert outputs.tolist() == [300, 300]
    assert IntegerEmitter().get_dim("outputs") == 0


def test_errors():
    with pytest.raises(TypeError, match=r"initial_output must be an integer, got 1\.0"):
        IntegerEmitter(1.0)
    with pytest.raises(ValueError, match="initial_output must be at least 0, got -1"):
        IntegerEmitter(-1)
    with pytest.raises(ValueError, match="does not know the dimension of 'output'"):
        IntegerEmitter().get_dim("output")

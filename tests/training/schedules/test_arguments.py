import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.training.schedules.arguments import (
    check_count,
    check_positive,
    check_value,
    elapsed_part,
    float_constant,
)


def test_numbers_pass():
    assert check_value(1, "value", np.float32(0.5)) == 0.5
    assert check_positive(1, "factor", 2) == 2.0
    assert check_count(1, "num_steps", np.int64(3)) == 3


def test_bad_numbers():
    with pytest.raises(TypeError, match="int: value must be a number, got None"):
        check_value(1, "value", None)
    with pytest.raises(
        ValueError, match="int: factor must be finite and greater than 0"
    ):
        check_positive(1, "factor", float("nan"))
    with pytest.raises(TypeError, match="int: num_steps must be an integer, got 2"):
        check_count(1, "num_steps", 2.0)


def test_constants_are_of_floatx():
    assert float_constant(0.1).dtype == pytensor.config.floatX


def test_elapsed_part_ends_at_one():
    parts = [elapsed_part(pt.constant(step), 4) for step in (0, 1, 4, 9)]
    assert [float(part) for part in evaluate(parts)] == [0.0, 0.25, 1.0, 1.0]
    assert parts[0].type.dtype == pytensor.config.floatX

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, evaluate


def test_a_constant_index_outside_its_axis_is_an_error_not_a_clamp():
    x = pt.matrix("x")
    with pytest.raises(ComputationError, match="index 5 lies outside axis 1"):
        evaluate(x[:, 5], {x: np.ones((2, 3))})
    assert evaluate(x[:, -1], {x: np.ones((2, 3))}).shape == (2,)


def test_products_of_wrong_widths_are_errors():
    x, y = pt.matrix("x"), pt.vector("y")
    with pytest.raises(ComputationError, match="first axis of the second has length 4"):
        evaluate(pt.dot(x, y), {x: np.ones((2, 3)), y: np.ones(4)})

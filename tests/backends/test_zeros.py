import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends.zeros import is_zero


@pytest.mark.parametrize(
    "variable",
    [
        pt.constant(np.zeros((2, 3))),
        pt.zeros((2, 3)),
        pt.alloc(pt.zeros((1, 3)), 2, 3),
    ],
)
def test_zeros(variable):
    assert is_zero(variable)


@pytest.mark.parametrize(
    "variable",
    [
        pt.constant([0.0, 1.0]),
        pt.ones((2, 3)),
        pt.vector("x"),
        pt.vector("x") * 0,
        pt.alloc(pt.scalar("x"), 2),
    ],
)
def test_what_is_not_known_to_be_zero(variable):
    assert not is_zero(variable)

from __future__ import annotations

import pytest
from pytensor import tensor as pt
from pytensor.tensor import basic

from brickyard.backends.quick_shapes import shapes_at_sight


def test_lengths_at_hand_are_known():
    x = pt.tensor("x", shape=(3, None))
    with shapes_at_sight():
        y = pt.alloc(0.0, 2, x.shape[0], x.shape[1], pt.constant(5))
    assert y.type.shape == (2, 3, None, 5)


def test_other_lengths_are_left_open():
    x = pt.tensor("x", shape=(3, None))
    with shapes_at_sight():
        y = pt.alloc(0.0, (x + pt.zeros((3, 1))).sum(axis=1).shape[0] * 2)
    assert y.type.shape in ((None,), (6,))


def test_lengths_are_integers():
    with shapes_at_sight(), pytest.raises(TypeError, match="scalar integers"):
        pt.alloc(0.0, pt.scalar("length"))


def test_everything_is_as_before_afterwards():
    before = basic.infer_static_shape
    with pytest.raises(KeyError), shapes_at_sight():
        assert basic.infer_static_shape is not before
        raise KeyError
    assert basic.infer_static_shape is before

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Flattener
from brickyard.testing import check_brick

IMAGES = np.arange(24.0).reshape(2, 3, 2, 2)


def test_the_usual_checks():
    check_brick(Flattener, {"input_": IMAGES}, parameters={})


@pytest.mark.parametrize("shape", [(4,), (4, 6), (2, 3, 2, 2)])
def test_the_batch_axis_stays(shape):
    array = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    x = pt.tensor("x", dtype="float32", shape=(None,) * len(shape))
    value = evaluate(Flattener().apply(x), {x: array})
    np.testing.assert_array_equal(value, array.reshape(len(array), -1))


def test_a_scalar_is_refused():
    with pytest.raises(ValueError, match="/flattener needs a batch of examples"):
        Flattener().apply(pt.scalar("x"))

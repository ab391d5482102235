import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.sequence_generators import TrivialEmitter
from brickyard.testing import check_brick

READOUTS = np.random.default_rng(1).normal(size=(3, 2))


def make_emitter():
    return TrivialEmitter(2)


def test_checks():
    inputs = {"readouts": READOUTS}
    check_brick(make_emitter, inputs, application="emit", parameters={})


def test_values():
    emitter = make_emitter()
    x = pt.tensor3("x")
    costs = evaluate(emitter.cost(x, x), {x: np.ones((4, 3, 2))})
    np.testing.assert_array_equal(costs, np.zeros((4, 3)))
    np.testing.assert_array_equal(
        evaluate(emitter.initial_outputs(3)), np.zeros((3, 2))
    )
    assert emitter.get_dim("outputs") == 2
    with pytest.raises(ValueError, match="does not know the dimension of 'output'"):
        emitter.get_dim("output")

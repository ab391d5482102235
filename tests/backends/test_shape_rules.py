import numpy as np
import pytensor
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


def test_an_axis_that_happens_to_have_length_1_is_not_stretched(backend):
    x, y = pt.matrix("x"), pt.matrix("y")
    values = {x: np.ones((4, 3)), y: np.ones((1, 3))}
    with pytest.raises(ComputationError, match=r"axis 0 of 'y' has length 1 and .* 4;"):
        evaluate(x - y, values, backend)
    assert evaluate(x - y, {x: np.ones((1, 3)), y: np.ones((1, 3))}).shape == (1, 3)


def test_an_axis_that_is_declared_to_have_length_1_is_stretched():
    x, y = pt.matrix("x"), pt.tensor("y", shape=(1, None))
    values = {x: np.ones((4, 3)), y: np.ones((1, 3))}
    assert evaluate(x - y, values).shape == (4, 3)
    assert evaluate(x - x.mean(axis=0, keepdims=True), {x: values[x]}).shape == (4, 3)


def test_sequences_of_a_loop():
    x, y = pt.vectors("x", "y")
    sums = pytensor.scan(
        lambda a, b, s: s + a * b,
        sequences=[x, y],
        outputs_info=[np.float32(0)],
        n_steps=x.shape[0],
        return_updates=False,
    )
    node = sums.owner.inputs[0].owner
    values = {x: [1, 2], y: [1, 2, 3]}
    assert evaluate(sums, values).tolist() == [1, 5]
    node.tag.one_length = True
    with pytest.raises(ValueError, match=r"have different lengths: 2, 3"):
        evaluate(sums, values)

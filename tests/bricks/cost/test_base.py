import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends.provenance import provenance_of
from brickyard.bricks.activations import Logistic
from brickyard.bricks.cost import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Cost,
    CostMatrix,
)
from brickyard.bricks.softmax import Softmax

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
EXTREMES = np.array([[1e4, -1e4], [-1e4, 1e4], [0, 0], [88, -104], [1e4, 1e4]])


def random(*shape):
    return np.random.default_rng(1).normal(size=shape)


def gradient_by_differences(function, x, step=1e-6):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            gradient[index] += sign * function(moved) / (2 * step)
    return gradient


def test_bases_are_abstract():
    with pytest.raises(NotImplementedError, match=r"^Cost\.apply is abstract"):
        Cost().apply(pt.vector("y"), pt.vector("y_hat"))
    with pytest.raises(NotImplementedError, match=r"^CostMatrix\.cost_matrix is abs"):
        CostMatrix().apply(pt.vector("y"), pt.vector("y_hat"))


@pytest.mark.parametrize(
    ("cost", "last", "y"),
    [
        (CategoricalCrossEntropy, Softmax, pt.lvector("y")),
        (BinaryCrossEntropy, Logistic, pt.matrix("y")),
    ],
)
def test_what_comes_before_the_logits_is_not_taken_for_a_part_of_the_cost(
    cost, last, y
):
    scaled = pt.matrix("x") / 255
    result = cost().apply(y, last().apply(scaled).reshape((4, 5)))
    assert provenance_of(scaled.owner) is None
    assert provenance_of(result.owner) == f"/{cost.__name__.lower()}.apply"

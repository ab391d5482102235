import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.provenance import provenance_of
from brickyard.bricks import application
from brickyard.bricks.activations import Logistic
from brickyard.bricks.cost import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Cost,
    CostMatrix,
    MisclassificationRate,
    SquaredError,
)
from brickyard.bricks.softmax import Softmax
from brickyard.graph import (
    COST,
    OUTPUT,
    ComputationGraph,
    VariableFilter,
    average_parts,
    get_brick,
    has_roles,
)

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


def test_what_apply_returns_has_role_cost():
    y, y_hat = pt.matrix("y"), pt.matrix("y_hat")
    brick = SquaredError()
    graph = ComputationGraph(2 * brick.apply(y, y_hat).copy(name="cost"))
    (cost,) = VariableFilter(roles=[COST])(graph.variables)
    assert cost.tag.roles == [OUTPUT, COST]
    assert get_brick(cost) is brick
    assert not has_roles(brick.cost_matrix(y, y_hat), [COST])
    rate = MisclassificationRate().apply(pt.lvector("y"), y_hat)
    assert has_roles(rate, [COST])


def test_a_cost_of_ones_own_has_role_cost():
    class Mine(Cost):
        @application(inputs=["y"], outputs=["mine"])
        def apply(self, y):
            return y.sum()

    assert has_roles(Mine().apply(pt.vector("y")), [COST])


@pytest.mark.parametrize(
    ("cost", "shapes", "num_examples"),
    [
        (CategoricalCrossEntropy, [(4, 3), (4, 3, 5)], 12),
        (CategoricalCrossEntropy, [(), (5,)], 1),
        (MisclassificationRate, [(4, 3), (4, 3, 5)], 12),
        (SquaredError, [(4, 3, 5), (4, 3, 5)], 4),
        (SquaredError, [(), ()], 1),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_costs_know_how_many_examples_they_stand_for(cost, shapes, num_examples, known):
    dtypes = ["float32", "float32"] if cost is SquaredError else ["int64", "float32"]
    arrays = [np.ones(s, d) for s, d in zip(shapes, dtypes, strict=True)]
    variables = [
        pt.tensor(shape=a.shape if known else (None,) * a.ndim, dtype=a.dtype)
        for a in arrays
    ]
    parts = average_parts(cost().apply(*variables).copy(name="cost"))
    values = evaluate(list(parts), dict(zip(variables, arrays, strict=True)))
    assert values[1] == num_examples


def test_costs_of_half_precision_do_not_overflow():
    y, y_hat = pt.tensor("y", shape=(3,), dtype="float16"), pt.vector(dtype="float16")
    cost = SquaredError().apply(y, y_hat)
    assert cost.dtype == "float32"
    arrays = {y: np.full(3, 200, "float16"), y_hat: np.zeros(3, "float16")}
    assert evaluate(cost, arrays) == pytest.approx(40000)

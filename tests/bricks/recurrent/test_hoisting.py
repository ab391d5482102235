import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.scan.op import Scan
from pytensor.tensor.math import Dot

from brickyard.backends import evaluate
from brickyard.bricks import Linear
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import BaseRecurrent, GatedRecurrent, recurrent
from brickyard.bricks.recurrent.hoisting import hoist
from brickyard.graph import INPUT, OUTPUT, WEIGHT, ComputationGraph, VariableFilter
from brickyard.graph.traversal import sorted_nodes

RNG = np.random.default_rng(1)
X = RNG.normal(size=(5, 3, 4)).astype("float32")


def one_scan(outputs):
    (node,) = [n for n in sorted_nodes(outputs) if isinstance(n.op, Scan)]
    return node


@pytest.mark.parametrize(
    "step",
    [
        lambda x, W, b: x[:, :2],
        lambda x, W, b: x[:, ::2] * 3 + b[:2],
        lambda x, W, b: pt.dot(x, W),
        lambda x, W, b: x @ W + b[:2],
        lambda x, W, b: pt.tanh(x).dimshuffle(1, 0).T[:, 1],
        lambda x, W, b: pt.dot(pt.exp(x), W[:, :1] + 1) - b[0],
        lambda x, W, b: x[1],
    ],
)
def test_what_depends_on_sequences_alone_is_done_at_once(step):
    sequence, W, b = pt.tensor3("x"), pt.matrix("W"), pt.vector("b")
    element = pt.matrix("x_t")
    output = step(element, W, b)
    found = hoist([output], {element: sequence}, [])
    assert list(found.sequences) == [output]
    assert found.invariants == {}
    values = {W: RNG.normal(size=(4, 2)), b: RNG.normal(size=4)}
    whole = evaluate(
        found.sequences[output] + 0 * (W.sum() + b.sum()), {sequence: X} | values
    )
    for row, each in zip(X, whole, strict=True):
        alone = evaluate(output + 0 * (W.sum() + b.sum()), {element: row} | values)
        np.testing.assert_allclose(alone, each, atol=1e-6)


@pytest.mark.parametrize(
    "step",
    [
        lambda x, W: pt.dot(W, x),  # the sequence is the right operand
        lambda x, W: W[x[0, 0].astype("int64")],
        lambda x, W: pt.cumsum(x, axis=0),
    ],
)
def test_the_rest_stays_in_the_loop(step):
    sequence, W, element = pt.tensor3("x"), pt.matrix("W"), pt.matrix("x_t")
    found = hoist([step(element, W)], {element: sequence}, [])
    assert sequence in found.sequences.values() or any(
        value.owner is not None for value in found.sequences.values()
    )
    assert step(element, W) not in found.sequences


def test_what_depends_on_states_stays():
    sequence, element, state = pt.tensor3("x"), pt.matrix("x_t"), pt.matrix("s")
    W = pt.matrix("W")
    output = pt.tanh(pt.dot(element, W) + pt.dot(state, W[:, :2]))
    found = hoist([output], {element: sequence}, [state])
    (product,) = found.sequences.values()
    assert product.ndim == 3
    (split,) = found.invariants
    assert split.owner.inputs[0] is W


def test_constants_are_left_alone():
    state = pt.matrix("s")
    found = hoist([state * pt.ones((2, 2)) + 1], {}, [state])
    assert found.sequences == found.invariants == {}


def test_a_loop_holds_only_what_it_needs():
    gru = GatedRecurrent(4, weights_init=IsotropicGaussian())
    x, gates, mask = pt.tensor3("x"), pt.tensor3("gates"), pt.matrix("mask")
    node = one_scan([gru.apply(x, gates, mask=mask)])
    # inputs, two halves of the gate inputs, the mask; three matrices
    assert node.op.info.n_seqs == 4
    assert node.op.info.n_non_seqs == 3
    products = [n for n in node.op.fgraph.toposort() if isinstance(n.op, Dot)]
    assert len(products) == 3


class Projecting(BaseRecurrent):
    """A step that transforms its inputs, as nobody thinking of speed would."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        init = IsotropicGaussian(0.5)
        self.linear = Linear(4, 3, weights_init=init, biases_init=init)
        self.inner = Linear(3, 3, weights_init=init, biases_init=init, name="inner")
        self.shift = Linear(2, 3, weights_init=init, biases_init=init, name="shift")
        self.children.extend([self.linear, self.inner, self.shift])

    @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=["context"])
    def apply(self, inputs, s, context):
        return pt.tanh(
            self.linear.apply(inputs) + self.inner.apply(s) + self.shift.apply(context)
        )

    def get_dim(self, name):
        return 3


def test_bricks_inside_of_a_step():
    brick = Projecting()
    brick.initialize()
    x, context = pt.tensor3("x"), pt.matrix("context")
    states = brick.apply(x, context=context)
    graph = ComputationGraph(states)
    values = {x: X, context: RNG.normal(size=(3, 2)).astype("float32")}

    def apply(linear, value):
        return value @ linear.W.get_value() + linear.b.get_value()

    state, expected = np.zeros((3, 3)), []
    for row in X:
        added = apply(brick.linear, row) + apply(brick.shift, values[context])
        state = np.tanh(added + apply(brick.inner, state))
        expected.append(state)
    np.testing.assert_allclose(evaluate(states, values), expected, atol=1e-5)
    # The projections are outside now, for all moments at once, and are still found.
    found = VariableFilter(roles=[OUTPUT], bricks=[brick.linear])(graph.variables)
    assert [v.ndim for v in found] == [3]
    found = VariableFilter(roles=[OUTPUT], bricks=[brick.shift])(graph.variables)
    assert [v.ndim for v in found] == [2]
    found = VariableFilter(roles=[OUTPUT], bricks=[brick.inner])(graph.scan_variables)
    assert [v.ndim for v in found] == [2]
    # Inputs of the brick are there once, not once more for the step.
    assert (
        len(
            VariableFilter(roles=[INPUT], bricks=[brick], name="inputs")(
                graph.variables
            )
        )
        == 1
    )
    assert (
        len(
            VariableFilter(roles=[INPUT], bricks=[brick], name="context")(
                graph.variables
            )
        )
        == 1
    )
    assert len(VariableFilter(roles=[WEIGHT])(graph.variables)) == 3
    products = [
        n for n in one_scan([states]).op.fgraph.toposort() if isinstance(n.op, Dot)
    ]
    assert len(products) == 1


def test_gradients_of_what_was_taken_out():
    with pytensor.config.change_flags(floatX="float64"):
        brick = Projecting()
        brick.initialize()
        x, context = pt.tensor3("x"), pt.matrix("context")
        cost = (brick.apply(x, context=context) ** 2).sum()
        wanted = [brick.linear.W, brick.inner.W, brick.shift.b]
        values = {x: X, context: RNG.normal(size=(3, 2))}
        for parameter, gradient in zip(
            wanted, evaluate(pytensor.grad(cost, wanted), values), strict=True
        ):
            before = parameter.get_value()
            direction = RNG.normal(size=before.shape)
            ends = []
            for sign in (1, -1):
                parameter.set_value(before + sign * 1e-5 * direction)
                ends.append(evaluate(cost, values))
            parameter.set_value(before)
            slope = (ends[0] - ends[1]) / 2e-5
            np.testing.assert_allclose((gradient * direction).sum(), slope, rtol=1e-6)


def test_values_of_the_graph_around_are_used_once():
    # A step that closes over something computed must not compute it again inside.
    table = pt.exp(pt.matrix("table"))

    class Closing(BaseRecurrent):
        @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, inputs, s):
            return pt.dot(s, table) + inputs

        def get_dim(self, name):
            return 4

    node = one_scan([Closing().apply(pt.tensor3("x"))])
    assert table in node.inputs


def test_auxiliary_variables_stay_inside():
    class Watched(BaseRecurrent):
        @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, inputs, s, application_call):
            application_call.add_auxiliary_variable(inputs.mean(), name="mean")
            return s + pt.tanh(inputs)

        def get_dim(self, name):
            return 4

    x = pt.tensor3("x")
    graph = ComputationGraph(Watched().apply(x))
    assert graph.inputs == [x]
    assert graph.auxiliary_variables == []

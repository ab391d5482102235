import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Brick, Tanh
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import (
    BaseRecurrent,
    RecurrentApplication,
    SimpleRecurrent,
    recurrent,
)
from brickyard.bricks.recurrent.base import axes_of, repeat_rows
from brickyard.graph import INPUT, OUTPUT, ComputationGraph, VariableFilter


class Sums(BaseRecurrent):
    """Two states of which one has no features, and an output that is no state."""

    @recurrent(
        sequences=["inputs"],
        states=["total", "count"],
        outputs=["total", "doubled", "count"],
        contexts=["scale"],
    )
    def apply(self, inputs, total, count, scale):
        total = total + scale * inputs
        return total, 2 * total, count + 1

    def get_dim(self, name):
        return {"inputs": 2, "total": 2, "count": 0}[name]


X = np.arange(12, dtype="float32").reshape(3, 2, 2)


def test_names():
    apply = Sums().apply
    assert apply.sequences == ["inputs"]
    assert apply.states == ["total", "count"]
    assert apply.outputs == ["total", "doubled", "count"]
    assert apply.contexts == ["scale"]
    assert apply.inputs == ["inputs", "total", "count", "scale"]
    assert isinstance(Sums.apply, RecurrentApplication)
    assert "recurrent application Sums.apply" in repr(Sums.apply)
    assert Sums.apply.required == ["inputs", "total", "count", "scale"]


@pytest.mark.parametrize("reverse", [False, True])
def test_states_start_at_zero(reverse):
    x = pt.tensor3("x")
    total, doubled, count = Sums().apply(x, scale=pt.constant(3.0), reverse=reverse)
    found = evaluate([total, doubled, count], {x: X})
    expected = np.cumsum(3 * (X[::-1] if reverse else X), axis=0)
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_allclose(found[1], 2 * expected)
    assert found[2].tolist() == [[1, 1], [2, 2], [3, 3]]


@pytest.mark.parametrize("time", [1, 3])
def test_initial_states_can_be_returned(time):
    x = pt.tensor3("x", shape=(time, 2, 2))
    start = pt.constant(np.float32([[1, 2], [3, 4]]))
    total, doubled, count = Sums().apply(
        x, scale=pt.constant(1.0), total=start, return_initial_states=True
    )
    found = evaluate([total, doubled, count], {x: X[:time]})
    expected = np.cumsum([start.data, *X[:time]], axis=0)
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_allclose(found[1], 2 * expected[1:])
    assert found[2][:, 0].tolist() == list(range(time + 1))


def test_one_step():
    brick = Sums()
    x, total, count = pt.matrix("x"), pt.matrix("total"), pt.vector("count")
    outputs = brick.apply(x, total, count, 2, iterate=False, as_dict=True)
    found = evaluate(outputs["doubled"], {x: [[1, 2]], total: [[3, 4]]})
    assert found.tolist() == [[10, 16]]
    with pytest.raises(
        TypeError, match=r"/sums.apply: a single step .* missing \['count', 'scale'\]"
    ):
        brick.apply(x, total, iterate=False)


def test_arguments_have_a_signature():
    with pytest.raises(TypeError, match=r"/sums.apply .* did you mean 'inputs'"):
        Sums().apply(input=pt.tensor3("x"))


def test_declarations_are_checked():
    with pytest.raises(TypeError, match=r"has 'state' among its states, .* 'states'"):

        class Misspelt(BaseRecurrent):
            @recurrent(sequences=["inputs"], states=["state"], outputs=["state"])
            def apply(self, inputs, states):
                return states

    with pytest.raises(TypeError, match=r"argument 'reverse', which is an option"):

        class Taken(BaseRecurrent):
            @recurrent(sequences=["inputs"], states=[], outputs=["output"])
            def apply(self, inputs, reverse):
                return inputs


def test_the_step_may_take_its_call():
    class Counted(BaseRecurrent):
        @recurrent(sequences=["inputs"], states=["s"], outputs=["s"], contexts=[])
        def apply(self, application_call, inputs, s):
            application_call.metadata["steps"] = 1
            return s + inputs

        def get_dim(self, name):
            return 2

    brick = Counted()
    assert brick.apply.inputs == ["inputs", "s"]
    x = pt.tensor3("x")
    np.testing.assert_allclose(
        evaluate(brick.apply(x), {x: X}), np.cumsum(X, axis=0), rtol=1e-6
    )
    once = brick.apply(pt.matrix("x"), pt.matrix("s"), iterate=False)
    assert once.tag.annotations[1].metadata == {"steps": 1}


def test_names_can_be_properties_of_the_brick():
    class Many(BaseRecurrent):
        def __init__(self, count):
            super().__init__()
            self.count = count

        @recurrent
        def apply(self, **arguments):
            added = sum(arguments[name] for name in self.apply.sequences)
            return [arguments[name] + added for name in self.apply.states]

        @apply.property("sequences")
        def apply_sequences(self):
            return [f"inputs_{i}" for i in range(self.count)]

        @apply.property("states")
        def apply_states(self):
            return ["states"]

        @apply.property("outputs")
        def apply_outputs(self):
            return ["states"]

        def get_dim(self, name):
            return 2

    x, y = pt.tensor3("x"), pt.tensor3("y")
    found = evaluate(Many(2).apply(inputs_0=x, inputs_1=y), {x: X, y: 2 * X})
    np.testing.assert_allclose(found, np.cumsum(3 * X, axis=0), rtol=1e-6)


def test_default_initial_states():
    states = Sums().initial_states(4, as_dict=True)
    assert list(states) == ["total", "count"]
    assert [state.type.shape for state in states.values()] == [(4, 2), (4,)]
    assert states["total"].dtype == "float32"


def test_shapes_of_states():
    class Images(Brick):
        def get_dim(self, name):
            return (3, 8, 8)

    assert axes_of(Images(), "anything") == (3, 8, 8)
    row = pt.vector("row", shape=(3,))
    assert repeat_rows(row, 2).type.shape == (2, 3)


def test_names_and_roles_inside_of_the_loop():
    brick = SimpleRecurrent(2, Tanh(), weights_init=IsotropicGaussian())
    graph = ComputationGraph(brick.apply(pt.tensor3("x")))
    inside = VariableFilter(roles=[OUTPUT], bricks=[brick.activation])
    assert len(inside(graph.scan_variables)) == 1
    assert inside(graph.variables) == []
    (x,) = VariableFilter(roles=[INPUT], bricks=[brick], name="inputs")(graph.variables)
    assert x.name == "simplerecurrent_apply_inputs"
    (whole,) = VariableFilter(roles=[OUTPUT], applications=[brick.apply])(
        graph.variables
    )
    assert whole is graph.outputs[0]

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.gradient import NullTypeGradError

from brickyard.backends import (
    compile,
    evaluate,
    generators_of,
    get_generator_state,
    random_stream,
    set_generator_state,
)
from brickyard.bricks import Random
from brickyard.bricks.recurrent import BaseRecurrent, recurrent
from brickyard.bricks.recurrent.randomness import find_draws, outputs_without_gradient
from brickyard.graph import ComputationGraph

X = np.random.default_rng(1).normal(size=(5, 3, 4)).astype("float32")


class Noisy(BaseRecurrent, Random):
    """A state multiplied by noise of its own shape."""

    @recurrent(sequences=["inputs"], states=["s"], outputs=["s", "noise"], contexts=[])
    def apply(self, inputs, s):
        noise = self.graph_rng.normal(size=s.shape)
        return s * noise + inputs, noise

    def get_dim(self, name):
        return 4


class Sampling(BaseRecurrent, Random):
    """Draws classes with probabilities that depend on what was drawn before."""

    @recurrent(
        sequences=["inputs"],
        states=["s", "clock"],
        outputs=["s", "drawn", "clock"],
        contexts=[],
    )
    def apply(self, inputs, s, clock):
        probabilities = pt.special.softmax(inputs + s, axis=-1)
        drawn = self.graph_rng.categorical(probabilities)
        s = pt.eq(pt.arange(4), drawn[:, None]).astype(s.dtype)
        return s, drawn, clock + inputs.sum(axis=1)

    def get_dim(self, name):
        return {"s": 4, "clock": 0}[name]


@pytest.mark.parametrize("backend", ["xla", "numba"])
@pytest.mark.parametrize("kind", [Noisy, Sampling])
def test_draws_go_on(kind, backend):
    x = pt.tensor3("x")
    outputs = kind(graph_seed=3).apply(x)
    function = compile([x], outputs[1], backend=backend)
    (generator,) = generators_of(outputs)
    first = np.asarray(function(X))
    state = get_generator_state(generator)
    second, third = np.asarray(function(X)), np.asarray(function(X))
    rows = [row.tobytes() for draws in (first, second, third) for row in draws]
    if kind is Noisy:
        assert len(set(rows)) == len(rows)  # each moment of each call
    assert not np.array_equal(first, second)
    set_generator_state(generator, state)
    np.testing.assert_array_equal(np.asarray(function(X)), second)
    np.testing.assert_array_equal(np.asarray(function(X)), third)


def test_a_computation_graph_knows_the_update():
    outputs = Noisy(graph_seed=3).apply(pt.tensor3("x"))
    graph = ComputationGraph(outputs)
    assert list(graph.updates) == graph.random_generators
    function = graph.get_function()
    assert not np.array_equal(function(X)[1], function(X)[1])


def test_the_gradient_sees_the_numbers_that_were_drawn():
    x = pt.tensor3("x")
    states, noise = Noisy(graph_seed=3).apply(x)
    gradient = pytensor.grad(states[-1].sum(), x)
    found, drawn = evaluate([gradient, noise], {x: X})
    expected = np.ones((5, 3, 4))
    for time in range(3, -1, -1):
        expected[time] = expected[time + 1] * drawn[time + 1]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


class Walk(BaseRecurrent, Random):
    """A draw around the state, and a state that has nothing to do with it."""

    @recurrent(
        sequences=["inputs"], states=["s", "clock"], outputs=["s", "clock"], contexts=[]
    )
    def apply(self, inputs, s, clock):
        return inputs + self.graph_rng.normal(mean=s), clock + inputs.sum(axis=1)

    def get_dim(self, name):
        return {"s": 4, "clock": 0}[name]


def test_no_gradient_where_draws_depend_on_states():
    x = pt.tensor3("x")
    states, clock = Walk(graph_seed=3).apply(x)
    with pytest.raises(NullTypeGradError):
        pytensor.grad(states.sum(), x)
    gradient = pytensor.grad(clock.sum(), x)
    np.testing.assert_allclose(
        evaluate(gradient, {x: X})[:, 0, 0], [5, 4, 3, 2, 1], rtol=1e-6
    )
    function = compile([x], states)
    steps = np.diff(np.asarray(function(0 * np.tile(X, (40, 8, 1)))), axis=0)
    assert abs(steps.mean()) < 0.02
    assert abs(steps.std() - 1) < 0.02


def test_classes_are_drawn_with_their_probabilities():
    x = pt.tensor3("x")
    _, drawn, _ = Sampling(graph_seed=5).apply(x)
    logits = np.zeros((400, 50, 4), "float32")
    logits[..., 2] = 2
    shares = np.bincount(evaluate(drawn, {x: logits}).ravel(), minlength=4) / 20000
    # The class drawn before has one more: the shares of that chain's stationary state.
    weights = np.exp(np.float64([0, 0, 2, 0]) + np.eye(4))
    chain = weights / weights.sum(axis=1, keepdims=True)
    stationary = np.linalg.matrix_power(chain, 50)[0]
    np.testing.assert_allclose(shares, stationary, atol=0.02)


def test_free_and_bound_draws():
    state = pt.matrix("s")
    stream = random_stream(1)
    free = stream.normal(size=state.shape)
    bound = stream.normal(mean=state)
    draws = find_draws([free + bound], [state])
    assert draws.free == [free]
    assert draws.bound == [bound]
    assert list(draws.free_updates) == generators_of([free])
    assert list(draws.bound_updates) == generators_of([bound])
    assert find_draws([state * 2], [state]).free == []


def test_what_depends_on_draws_from_step_to_step():
    a, b, c, draw = pt.vectors("a", "b", "c", "draw")
    outputs = {"a": a + b, "b": b + draw, "c": c * 2, "d": draw.shape[0]}
    states = {"a": a, "b": b, "c": c}
    assert outputs_without_gradient(outputs, states, [draw]) == {"a", "b"}
    assert outputs_without_gradient(outputs, states, []) == set()

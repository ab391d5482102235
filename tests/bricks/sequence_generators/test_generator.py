import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import (
    compile as compile_graph,
)
from brickyard.backends import (
    evaluate,
    generators_of,
    get_generator_state,
    set_generator_state,
)
from brickyard.bricks import Fork, Linear, Tanh
from brickyard.bricks.class_factored_softmax import equal_size_classes
from brickyard.bricks.initialization import Constant, IsotropicGaussian, Orthogonal
from brickyard.bricks.recurrent import LSTM, GatedRecurrent, SimpleRecurrent
from brickyard.bricks.sequence_generators import (
    ClassFactoredSoftmaxEmitter,
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
)
from brickyard.graph import ComputationGraph
from brickyard.training import Adam, GradientDescent

CHAIN = np.array([[0.1, 0.5, 0.4], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4]])


def make_generator(emitter=None, transition=None, **kwargs):
    emitter = SoftmaxEmitter(graph_seed=1) if emitter is None else emitter
    readout = Readout(
        ["states"],
        3 if isinstance(emitter, SoftmaxEmitter) else 10,
        emitter=emitter,
        feedback_brick=LookupFeedback(3, 3),
    )
    return SequenceGenerator(
        readout,
        GatedRecurrent(10) if transition is None else transition,
        weights_init=Orthogonal(),
        biases_init=Constant(0),
        seed=1,
        **kwargs,
    )


def chains(rng, time, batch):
    """Return Markov chains that start in state 0."""
    states = np.zeros((time + 1, batch), "int64")
    for t in range(time):
        cumulated = CHAIN[states[t]].cumsum(axis=1)[:, :-1]
        states[t + 1] = (rng.random(batch)[:, None] >= cumulated).sum(axis=1)
    return states[1:]


@pytest.mark.parametrize("factored", [False, True])
def test_learns_a_markov_chain(factored):
    rng = np.random.default_rng(1)
    emitter = None
    if factored:
        emitter = ClassFactoredSoftmaxEmitter(equal_size_classes([3, 2, 1]))
    generator = make_generator(emitter)
    generator.initialize()
    y = pt.lmatrix("y")
    cost = generator.cost(y)
    cost.name = "cost"
    algorithm = GradientDescent(
        cost=cost, parameters=ComputationGraph(cost).parameters, step_rule=Adam(0.01)
    )
    algorithm.initialize()
    for _ in range(250):
        algorithm.process_batch({"y": chains(rng, 20, 100)})
    held_out = chains(rng, 100, 200)
    before = np.concatenate([np.zeros((1, 200), "int64"), held_out[:-1]])
    entropy = -np.log(CHAIN[before, held_out]).mean()
    learned = evaluate(generator.cost_matrix(y), {y: held_out}).mean()
    assert learned - entropy < 0.01
    outputs = generator.generate(n_steps=200, batch_size=100, as_dict=True)["outputs"]
    sampled = evaluate(outputs)
    pairs = np.zeros((3, 3))
    np.add.at(pairs, (sampled[:-1], sampled[1:]), 1)
    frequencies = pairs / pairs.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(frequencies, CHAIN, atol=0.07)


def test_draws_resume_from_saved_state():
    generator = make_generator()
    generator.initialize()
    outputs = generator.generate(n_steps=8, batch_size=4, as_dict=True)["outputs"]
    sample = compile_graph([], outputs)
    (source,) = generators_of([outputs])
    sample()
    state = get_generator_state(source)
    expected = [np.asarray(sample()) for _ in range(3)]
    assert (expected[0] != expected[1]).any()
    set_generator_state(source, state)
    for wanted in expected:
        np.testing.assert_array_equal(np.asarray(sample()), wanted)


def test_parts():
    generator = make_generator()
    assert [child.name for child in generator.children] == [
        "readout",
        "fork",
        "with_fake_attention",
    ]
    assert generator.fork.output_names == ["inputs", "gate_inputs"]


@pytest.mark.parametrize(
    "transition", [LSTM(10), SimpleRecurrent(10, Tanh())], ids=["lstm", "simple"]
)
def test_other_transitions(transition):
    generator = make_generator(transition=transition)
    generator.weights_init = IsotropicGaussian(0.1)
    generator.initialize()
    y, mask = pt.lmatrix("y"), pt.matrix("mask")
    given = {y: np.zeros((4, 2), int), mask: np.ones((4, 2), "float32")}
    assert np.isfinite(evaluate(generator.cost(y, mask), given))


def test_fork_given():
    fork = Fork(["inputs", "gate_inputs"], prototype=Linear(use_bias=False), name="own")
    generator = make_generator(fork=fork)
    generator.initialize()
    assert generator.fork is fork
    assert fork.output_dims == [10, 20]

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile as compile_graph
from brickyard.backends import evaluate
from brickyard.bricks import Tanh
from brickyard.bricks.attention import SequenceContentAttention
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import GatedRecurrent, SimpleRecurrent
from brickyard.bricks.sequence_generators import (
    BaseSequenceGenerator,
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
)
from brickyard.graph import COST, ComputationGraph, VariableFilter
from brickyard.testing import check_brick

WORDS, DIM, TIME, BATCH = 5, 4, 6, 3
RNG = np.random.default_rng(1)
OUTPUTS = RNG.integers(0, WORDS, (TIME, BATCH))
MASK = (np.arange(TIME)[:, None] < [6, 4, 1]).astype(float)
ATTENDED = RNG.normal(size=(7, BATCH, 2))
ATTENDED_MASK = (np.arange(7)[:, None] < [7, 3, 1]).astype(float)
INITS = {
    "weights_init": IsotropicGaussian(0.7),
    "biases_init": IsotropicGaussian(0.3),
    "seed": 1,
}


def make_generator(**kwargs):
    readout = Readout(
        ["states", "feedback"],
        WORDS,
        emitter=SoftmaxEmitter(initial_output=2, graph_seed=1),
        feedback_brick=LookupFeedback(WORDS, 3),
    )
    transition = SimpleRecurrent(DIM, Tanh())
    return SequenceGenerator(readout, transition, **INITS, **kwargs)


def make_attentive():
    readout = Readout(
        ["states", "weighted_averages"],
        WORDS,
        emitter=SoftmaxEmitter(graph_seed=1),
        feedback_brick=LookupFeedback(WORDS, 3),
    )
    attention = SequenceContentAttention(
        match_dim=5, state_names=["states"], attended_dim=2
    )
    return SequenceGenerator(readout, GatedRecurrent(DIM), attention, **INITS)


def values(brick):
    found = {}

    def visit(brick, path):
        for name, parameter in brick.parameters.names().items():
            found[f"{path}.{name}"] = parameter.get_value()
        for child in brick.children:
            visit(child, f"{path}/{child.name}")

    visit(brick, "")
    return found


def expected_costs(generator):
    p = values(generator)
    table = p["/readout/lookupfeedback/lookup.W"]
    fork = "/fork/fork_inputs"
    W = p["/with_fake_attention/simplerecurrent.W"]
    merge = "/readout/merge/transform"
    costs = np.zeros((TIME, BATCH))
    for b in range(BATCH):
        h, last = np.zeros(DIM), 2
        for t in range(TIME):
            r = h @ p[f"{merge}_states.W"] + table[last] @ p[f"{merge}_feedback.W"]
            r = r + p["/readout/post_merge.b"]
            last = OUTPUTS[t, b]
            costs[t, b] = np.log(np.exp(r).sum()) - r[last]
            x = table[last] @ p[f"{fork}.W"] + p[f"{fork}.b"]
            h = np.tanh(x + h @ W)
    return costs


def test_checks():
    check_brick(
        make_generator,
        {"outputs": OUTPUTS},
        application="cost_matrix",
        rows_are_independent=False,
        parameters={
            "/sequencegenerator/readout/lookupfeedback/lookup.W": (WORDS, 3),
            "/sequencegenerator/readout/merge/transform_states.W": (DIM, WORDS),
            "/sequencegenerator/readout/merge/transform_feedback.W": (3, WORDS),
            "/sequencegenerator/readout/post_merge.b": (WORDS,),
            "/sequencegenerator/fork/fork_inputs.W": (3, DIM),
            "/sequencegenerator/fork/fork_inputs.b": (DIM,),
            "/sequencegenerator/with_fake_attention/simplerecurrent.W": (DIM, DIM),
            "/sequencegenerator/with_fake_attention/simplerecurrent.initial_state": (
                DIM,
            ),
        },
    )


def test_checks_with_attention():
    check_brick(
        make_attentive,
        {"outputs": OUTPUTS[:, :2], "attended": ATTENDED[:, :2]},
        application="cost_matrix",
        rows_are_independent=False,
    )


def test_costs():
    with pytensor.config.change_flags(floatX="float64"):
        generator = make_generator()
        generator.initialize()
        y, mask = pt.lmatrix("y"), pt.matrix("mask")
        matrix, cost = generator.cost_matrix(y), generator.cost(y, mask)
    expected = expected_costs(generator)
    np.testing.assert_allclose(evaluate(matrix, {y: OUTPUTS}), expected, atol=1e-10)
    found = evaluate(cost, {y: OUTPUTS, mask: MASK})
    np.testing.assert_allclose(found, (expected * MASK).sum() / BATCH, rtol=1e-10)
    assert COST in cost.tag.roles


@pytest.mark.parametrize("make", [make_generator, make_attentive])
def test_padding_does_not_cost(make):
    generator = make()
    generator.initialize()
    y, mask = pt.lmatrix("y"), pt.matrix("mask")
    contexts = {}
    given = {y: OUTPUTS, mask: MASK.astype("float32")}
    if make is make_attentive:
        contexts = {"attended": pt.tensor3(), "attended_mask": pt.matrix()}
        given[contexts["attended"]] = ATTENDED.astype("float32")
        given[contexts["attended_mask"]] = ATTENDED_MASK.astype("float32")
    graph = [
        cost := generator.cost(y, mask, **contexts),
        *pt.grad(cost, ComputationGraph(cost).parameters),
    ]
    before = evaluate(graph, given)
    longer = dict(given)
    longer[y] = np.concatenate([OUTPUTS, OUTPUTS[::-1]])
    longer[mask] = np.concatenate([given[mask], 0 * given[mask]])
    if contexts:
        a, m = contexts.values()
        longer[a] = np.concatenate([given[a], 5 * given[a]])
        longer[m] = np.concatenate([given[m], 0 * given[m]])
    after = evaluate(graph, longer)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_generated_sequences_cost_what_teacher_forcing_says(backend):
    generator = make_attentive() if backend == "xla" else make_generator()
    generator.initialize()
    contexts, arrays = {}, []
    if backend == "xla":
        contexts = {"attended": pt.tensor3("attended")}
        arrays = [ATTENDED.astype("float32")]
    generated = generator.generate(
        n_steps=TIME, batch_size=BATCH, as_dict=True, **contexts
    )
    sample = compile_graph(
        list(contexts.values()),
        [generated["outputs"], generated["costs"]],
        backend=backend,
    )
    (first, _), (outputs, costs) = sample(*arrays), sample(*arrays)
    assert (np.asarray(first) != np.asarray(outputs)).any()
    y = pt.lmatrix("y")
    matrix = generator.cost_matrix(y, **contexts)
    given = {y: np.asarray(outputs)}
    given |= dict(zip(contexts.values(), arrays, strict=True))
    np.testing.assert_allclose(np.asarray(costs), evaluate(matrix, given), atol=1e-5)


def test_generated_outputs_follow_the_probabilities():
    generator = make_generator()
    generator.initialize()
    outputs = generator.generate(n_steps=2, batch_size=8000, as_dict=True)["outputs"]
    found = np.asarray(evaluate(outputs))
    y = pt.lmatrix("y")
    pairs = np.array([[i, j] for i in range(WORDS) for j in range(WORDS)]).T
    costs = evaluate(generator.cost_matrix(y), {y: pairs})
    expected = np.exp(-costs.sum(axis=0))
    np.testing.assert_allclose(expected.sum(), 1, rtol=1e-5)
    shares = np.bincount(found[0] * WORDS + found[1], minlength=WORDS**2) / 8000
    np.testing.assert_allclose(shares, expected, atol=0.02)


def test_one_step():
    generator = make_generator()
    generator.initialize()
    h, y = pt.matrix("h"), pt.lvector("y")
    result = generator.generate(outputs=y, states=h, iterate=False, as_dict=True)
    assert list(result) == ["states", "outputs", "costs"]
    given = {h: np.zeros((2, DIM), "float32"), y: [2, 2]}
    states, costs = evaluate([result["states"], result["costs"]], given)
    assert states.shape == (2, DIM)
    assert costs.shape == (2,)


def test_long_sequences_in_parts():
    generator = make_generator()
    generator.initialize()
    y, h = pt.lmatrix("y"), pt.matrix("h")
    whole = evaluate(generator.cost_matrix(y), {y: OUTPUTS})
    first = generator.cost_matrix(y)
    (last,) = VariableFilter(variable_name="states_final_value")(
        ComputationGraph(first).auxiliary_variables
    )
    second = generator.cost_matrix(y, states=h)
    middle = evaluate(last, {y: OUTPUTS[:4]})
    rest = evaluate(second, {y: OUTPUTS[4:], h: middle})
    # The first output after the cut does not know the one before the cut.
    np.testing.assert_allclose(rest[1:], whole[5:], atol=1e-5)


def test_auxiliary_variables():
    generator = make_attentive()
    generator.initialize()
    y, attended, mask = pt.lmatrix("y"), pt.tensor3("attended"), pt.matrix("mask")
    cost = generator.cost(y, mask, attended=attended)
    found = {v.name: v for v in ComputationGraph(cost).auxiliary_variables}
    given = {
        y: OUTPUTS,
        attended: ATTENDED.astype("float32"),
        mask: MASK.astype("float32"),
    }
    shapes = {
        "states": (TIME, BATCH, DIM),
        "weights": (TIME, BATCH, 7),
        "weighted_averages": (TIME, BATCH, 2),
        "weights_final_value": (BATCH, 7),
        "costs": (TIME, BATCH),
    }
    for name, shape in shapes.items():
        assert evaluate(found[name], given).shape == shape, name
    per_element = evaluate(found["per_sequence_element"], given)
    total = evaluate(cost, given) * BATCH
    np.testing.assert_allclose(per_element, total / MASK.sum(), rtol=1e-5)
    weights = evaluate(found["weights"], given)
    np.testing.assert_allclose(weights.sum(axis=2), 1, rtol=1e-5)


def test_names_and_dimensions():
    generator = make_attentive()
    generator.allocate()
    names = ["states", "outputs", "weighted_averages", "weights"]
    assert generator.generate.states == generator.initial_states.outputs == names
    assert generator.generate.outputs == [*names, "costs"]
    assert generator.generate.contexts == ["attended", "attended_mask"]
    assert generator.generate.sequences == []
    assert generator.get_dims([*names, "attended"]) == [DIM, 0, 2, 0, 2]


def test_errors():
    readout = Readout(["states", "glimpses"], WORDS)
    with pytest.raises(ValueError, match=r"/readout has the sources \['glimpses'\]"):
        SequenceGenerator(readout, SimpleRecurrent(DIM, Tanh()))
    with pytest.raises(
        TypeError, match="readout must be a brick derived from Abstract"
    ):
        SequenceGenerator(Tanh(), SimpleRecurrent(DIM, Tanh()))
    generator = make_generator()
    with pytest.raises(TypeError, match="transition must be a brick derived from"):
        BaseSequenceGenerator(generator.readout, Tanh(), generator.fork)
    with pytest.raises(TypeError, match="needs the context 'attended'"):
        make_attentive().cost(pt.lmatrix())
    with pytest.raises(TypeError, match="number of steps must be told"):
        generator.generate(batch_size=3)
    with pytest.raises(TypeError, match="did you mean 'states'"):
        generator.cost(pt.lmatrix(), state=pt.matrix())

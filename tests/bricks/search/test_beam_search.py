import itertools

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Tanh
from brickyard.bricks.attention import SequenceContentAttention
from brickyard.bricks.class_factored_softmax import equal_size_classes
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import LSTM, GatedRecurrent, SimpleRecurrent
from brickyard.bricks.search import BeamSearch
from brickyard.bricks.sequence_generators import (
    ClassFactoredSoftmaxEmitter,
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
    TrivialEmitter,
)

RNG = np.random.default_rng(1)
WORDS, EOL, MAX_LENGTH, BATCH = 3, 2, 4, 3
ATTENDED = RNG.normal(size=(5, BATCH, 2)).astype("float32")
MASK = (np.arange(5)[:, None] < [5, 3, 1]).astype("float32")
INITS = {
    "weights_init": IsotropicGaussian(1.5),
    "biases_init": IsotropicGaussian(0.5),
    "seed": 2,
}


def make_generator(transition=None, emitter=None):
    emitter = SoftmaxEmitter() if emitter is None else emitter
    readout = Readout(
        ["states", "feedback"],
        WORDS if isinstance(emitter, SoftmaxEmitter) else 6,
        emitter,
        LookupFeedback(WORDS, 3),
    )
    transition = GatedRecurrent(4) if transition is None else transition
    generator = SequenceGenerator(readout, transition, **INITS)
    generator.initialize()
    return generator


def make_attentive():
    readout = Readout(
        ["states", "weighted_averages"],
        WORDS,
        SoftmaxEmitter(),
        LookupFeedback(WORDS, 3),
    )
    attention = SequenceContentAttention(
        match_dim=4, state_names=["states"], attended_dim=2
    )
    transition = SimpleRecurrent(4, Tanh())
    generator = SequenceGenerator(readout, transition, attention, **INITS)
    generator.initialize()
    return generator


def all_sequences(max_length=MAX_LENGTH, ignore_first=False):
    """Return all that end with the end, or with the length."""
    found = []
    for length in range(1, max_length + 1):
        for words in itertools.product(range(WORDS), repeat=length):
            ends = [t for t, w in enumerate(words) if w == EOL]
            if ignore_first and ends[:1] == [0]:
                ends = ends[1:]
            if (not ends and length == max_length) or ends[:1] == [length - 1]:
                found.append(list(words))
    return found


def brute_force(generator, contexts, power=0.0, ignore_first=False):
    """Return all sequences and their costs, the best first; of one example."""
    sequences = all_sequences(ignore_first=ignore_first)
    outputs = np.zeros((MAX_LENGTH, len(sequences)), "int64")
    mask = np.zeros(outputs.shape, "float32")
    for column, words in enumerate(sequences):
        outputs[: len(words), column] = words
        mask[: len(words), column] = 1
    y, m = pt.lmatrix(), pt.matrix()
    variables = {
        n: pt.tensor(dtype="float32", shape=(None,) * a.ndim)
        for n, a in contexts.items()
    }
    matrix = generator.cost_matrix(y, m, **variables)
    given = {y: outputs, m: mask}
    for name, variable in variables.items():
        given[variable] = np.repeat(contexts[name], len(sequences), axis=1)
    costs = evaluate(matrix, given).sum(axis=0)
    lengths = mask.sum(axis=0)
    order = np.argsort(costs / lengths**power)
    return [sequences[k] for k in order], costs[order]


def search_for(generator, beam_size, **contexts):
    samples = generator.generate(n_steps=2, batch_size=2, as_dict=True, **contexts)
    return BeamSearch(samples["outputs"], beam_size=beam_size)


@pytest.mark.parametrize("ignore_first", [False, True])
@pytest.mark.parametrize("power", [0.0, 1.0, 0.5])
def test_is_exact_with_a_wide_beam(power, ignore_first):
    generator = make_generator()
    search = search_for(generator, beam_size=81)
    (outputs,), (costs,) = search.search(
        {}, EOL, MAX_LENGTH, ignore_first, length_normalization=power
    )
    expected, expected_costs = brute_force(generator, {}, power, ignore_first)
    assert len(outputs) == len(expected)
    np.testing.assert_allclose(costs, expected_costs, atol=1e-4)
    assert outputs[:10] == expected[:10]
    assert sorted(outputs) == sorted(expected)
    if power == 0 and not ignore_first:
        np.testing.assert_allclose(np.exp(-np.array(costs)).sum(), 1, rtol=1e-4)


@pytest.mark.parametrize(
    ("transition", "emitter"),
    [
        (LSTM(4), None),
        (None, ClassFactoredSoftmaxEmitter(equal_size_classes([3, 2, 1]))),
    ],
    ids=["lstm", "classes"],
)
def test_other_parts(transition, emitter):
    generator = make_generator(transition, emitter)
    (outputs,), (costs,) = search_for(generator, beam_size=30).search(
        {}, EOL, MAX_LENGTH
    )
    expected, expected_costs = brute_force(generator, {})
    assert outputs[:5] == expected[:5]
    np.testing.assert_allclose(costs[:5], expected_costs[:5], atol=1e-4)


def test_batch_of_examples_with_attention():
    generator = make_attentive()
    attended, mask = pt.tensor3("attended"), pt.matrix("mask")
    search = search_for(generator, beam_size=40, attended=attended, attended_mask=mask)
    given = {attended: ATTENDED, mask: MASK}
    outputs, costs = search.search(given, EOL, MAX_LENGTH)
    assert len(outputs) == BATCH
    for n in range(BATCH):
        contexts = {
            "attended": ATTENDED[:, n : n + 1],
            "attended_mask": MASK[:, n : n + 1],
        }
        expected, expected_costs = brute_force(generator, contexts)
        assert outputs[n][:8] == expected[:8]
        np.testing.assert_allclose(costs[n][:8], expected_costs[:8], atol=1e-4)
    padded = {
        attended: np.concatenate([ATTENDED, 7 + ATTENDED]),
        mask: np.concatenate([MASK, 0 * MASK]),
    }
    again, _ = search.search(padded, EOL, MAX_LENGTH)
    assert [each[:8] for each in again] == [each[:8] for each in outputs]


def test_beam_of_one_is_greedy():
    generator = make_generator()
    y = pt.lmatrix()
    matrix = generator.cost_matrix(y)
    words = []
    while len(words) < 6 and words[-1:] != [EOL]:
        tries = np.array([[*words, w] for w in range(WORDS)]).T
        words.append(int(np.argmin(evaluate(matrix, {y: tries})[-1])))
    (outputs,), _ = search_for(generator, beam_size=1).search({}, EOL, 6)
    assert outputs == [words]


def test_copies_of_one_example_as_in_blocks():
    generator = make_attentive()
    attended = pt.tensor3("attended")
    one = ATTENDED[:, :1]
    old = search_for(generator, None, attended=attended)
    outputs, costs = old.search({attended: np.repeat(one, 5, axis=1)}, EOL, MAX_LENGTH)
    new = search_for(generator, 5, attended=attended)
    (expected,), (expected_costs,) = new.search({attended: one}, EOL, MAX_LENGTH)
    assert outputs == expected
    np.testing.assert_allclose(costs, expected_costs, rtol=1e-6)
    arrays = old.search(
        {attended: np.repeat(one, 5, axis=1)}, EOL, MAX_LENGTH, as_arrays=True
    )
    assert {array.ndim for array in arrays} == {2}
    assert old.result_to_lists(arrays) == (outputs, costs)


def test_arrays():
    search = search_for(make_generator(), beam_size=4)
    symbols, mask, costs = search.search({}, EOL, MAX_LENGTH, as_arrays=True)
    assert symbols.shape == mask.shape == costs.shape
    assert symbols.shape[1:] == (1, 4)
    assert not symbols[mask == 0].any()
    assert not costs[mask == 0].any()
    (outputs,), (totals,) = search.search({}, EOL, MAX_LENGTH)
    for k, (words, total) in enumerate(zip(outputs, totals, strict=True)):
        assert symbols[: len(words), 0, k].tolist() == words
        np.testing.assert_allclose(costs[:, 0, k].sum(), total)


def test_compiles_once():
    generator = make_attentive()
    attended = pt.tensor3("attended")
    search = search_for(generator, 3, attended=attended)
    search.compile()
    for length in (2, 5, 9):
        search.search({attended: ATTENDED}, EOL, length)
        search.search({attended: -ATTENDED}, EOL, length, length_normalization=1.0)
    counts = {name: len(f.compilations) for name, f in search._functions.items()}
    assert counts == {"initial": 1, "logprobs": 1, "next": 1}


def test_initial_states_given():
    generator = make_generator()
    h = pt.matrix("h")
    start = RNG.normal(size=(1, 4)).astype("float32")
    search = search_for(generator, 40, states=h)
    (outputs,), (costs,) = search.search({h: start}, EOL, MAX_LENGTH)
    y, mask = pt.lmatrix(), pt.matrix()
    matrix = generator.cost_matrix(y, mask, states=pt.as_tensor(start))
    for words, cost in zip(outputs[:4], costs[:4], strict=True):
        found = evaluate(
            matrix,
            {y: np.array(words)[:, None], mask: np.ones((len(words), 1), "float32")},
        )
        np.testing.assert_allclose(found.sum(), cost, atol=1e-4)


def test_log_probabilities_and_states():
    generator = make_generator()
    search = search_for(generator, beam_size=2)
    contexts, states = search.compute_initial_states_and_contexts({})
    assert contexts == {}
    assert {n: s.shape for n, s in states.items()} == {
        "states": (2, 4),
        "outputs": (2,),
    }
    before = search.compute_logprobs(contexts, states)
    np.testing.assert_allclose(np.exp(before).sum(axis=1), 1, rtol=1e-5)
    words = np.array([0, 1])
    after = search.compute_next_states(contexts, states, words)
    np.testing.assert_array_equal(after["outputs"], words)
    y = pt.lmatrix()
    pairs = np.array([[0, 1], [2, 2]])
    costs = evaluate(generator.cost_matrix(y), {y: pairs})
    np.testing.assert_allclose(-before[[0, 1], words], costs[0], atol=1e-5)
    second = search.compute_logprobs(contexts, after)
    np.testing.assert_allclose(-second[:, 2], costs[1], atol=1e-5)


def test_errors():
    generator = make_generator()
    with pytest.raises(TypeError, match="BeamSearch needs samples, an output of a seq"):
        BeamSearch(pt.lmatrix("x"))
    with pytest.raises(TypeError, match=r"BeamSearch needs samples, .*, got 3"):
        BeamSearch(3)
    with pytest.raises(TypeError, match=r"beam_size must be an integer, got 2\.0"):
        search_for(generator, 2.0)
    with pytest.raises(ValueError, match="beam_size must be at least 1: 0"):
        search_for(generator, 0)
    with pytest.raises(ValueError, match="has no contexts whose examples could be cou"):
        search_for(generator, None)
    search = search_for(generator, 2)
    with pytest.raises(ValueError, match=r"unknown \[x\]"):
        search.search({pt.matrix("x"): 0}, EOL, 3)
    with pytest.raises(TypeError, match="eol_symbol must be an integer, got None"):
        search.search({}, None, 3)
    with pytest.raises(ValueError, match="max_length must be at least 1, got 0"):
        search.search({}, EOL, 0)
    with pytest.raises(ValueError, match="length_normalization must be a finite numb"):
        search.search({}, EOL, 3, length_normalization=-1)
    with pytest.raises(ValueError, match="eol_symbol is 3, but the symbols are 0 to 2"):
        search.search({}, 3, 3)
    generator.readout.post_merge.parameters["b"].set_value(
        np.full(WORDS, np.nan, "float32")
    )
    with pytest.raises(ValueError, match="gives NaN as a log-probability"):
        search.search({}, EOL, 3)


def test_outputs_must_be_countable():
    readout = Readout(["states"], 2, TrivialEmitter())
    generator = SequenceGenerator(readout, SimpleRecurrent(2, Tanh()), **INITS)
    generator.initialize()
    search = search_for(generator, 2)
    with pytest.raises(NotImplementedError, match="does not define log_probabilities"):
        search.compile()

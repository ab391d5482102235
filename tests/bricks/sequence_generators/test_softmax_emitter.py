import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile as compile_graph
from brickyard.backends import evaluate
from brickyard.bricks.sequence_generators import SoftmaxEmitter
from brickyard.testing import check_brick

READOUTS = np.random.default_rng(1).normal(size=(4, 3, 5))
OUTPUTS = np.random.default_rng(2).integers(0, 5, (4, 3))


def make_emitter():
    return SoftmaxEmitter(graph_seed=1)


def log_softmax(x):
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def test_checks():
    inputs = {"readouts": READOUTS, "outputs": OUTPUTS}
    check_brick(make_emitter, inputs, application="cost", parameters={})
    check_brick(make_emitter, {"readouts": READOUTS[0]}, application="probs")


def test_values():
    emitter = make_emitter()
    x, y = pt.tensor3("x"), pt.lmatrix("y")
    given = {x: READOUTS.astype("float32"), y: OUTPUTS}
    expected = log_softmax(READOUTS)
    chosen = np.take_along_axis(expected, OUTPUTS[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(evaluate(emitter.cost(x, y), given), -chosen, atol=1e-6)
    given.pop(y)
    for output, wanted in (
        (emitter.probs(x), np.exp(expected)),
        (emitter.log_probabilities(x), expected),
    ):
        np.testing.assert_allclose(evaluate(output, given), wanted, atol=1e-6)


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_draws(backend):
    x = pt.matrix("x")
    draw = compile_graph([x], make_emitter().emit(x), backend=backend)
    rows = np.repeat(READOUTS[0, :1], 20000, axis=0).astype("float32")
    first, second = np.asarray(draw(rows)), np.asarray(draw(rows))
    assert (first != second).any()
    shares = np.bincount(first, minlength=5) / len(first)
    expected = np.exp(log_softmax(READOUTS[0, 0]))
    np.testing.assert_allclose(shares, expected, atol=0.015)


def test_unknown_outputs_cost_nan():
    x, y = pt.matrix("x"), pt.lvector("y")
    given = {x: READOUTS[0].astype("float32"), y: [5, -1, 0]}
    costs = evaluate(make_emitter().cost(x, y), given)
    assert np.isnan(costs).tolist() == [True, True, False]


def test_errors():
    with pytest.raises(TypeError, match="must be integer class indices, got float32"):
        make_emitter().cost(pt.matrix(), pt.vector())

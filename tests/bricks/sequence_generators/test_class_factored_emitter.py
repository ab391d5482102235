import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.sequence_generators import ClassFactoredSoftmaxEmitter
from brickyard.testing import check_brick

READOUTS = np.random.default_rng(1).normal(size=(4, 3, 2))
OUTPUTS = np.random.default_rng(2).integers(0, 5, (4, 3))


def make_emitter():
    emitter = ClassFactoredSoftmaxEmitter(
        [0, 1, 1, 0, 1],
        initial_output=4,
        weights_init=IsotropicGaussian(),
        biases_init=IsotropicGaussian(),
        seed=1,
    )
    emitter.readout_dim = 2
    return emitter


def test_checks():
    root = "/classfactoredsoftmaxemitter/words"
    shapes = {
        f"{root}.W": (2, 2, 3),
        f"{root}.b": (2, 3),
        f"{root}/class_scores.W": (2, 2),
        f"{root}/class_scores.b": (2,),
    }
    inputs = {"readouts": READOUTS, "outputs": OUTPUTS}
    check_brick(make_emitter, inputs, application="cost", parameters=shapes)


def test_cost_is_minus_the_log_probability():
    emitter = make_emitter()
    emitter.initialize()
    x, y = pt.tensor3("x"), pt.lmatrix("y")
    given = {x: READOUTS.astype("float32"), y: OUTPUTS}
    costs = evaluate(emitter.cost(x, y), given)
    found = evaluate(emitter.log_probabilities(x), {x: given[x]})
    chosen = np.take_along_axis(found, OUTPUTS[..., None], axis=-1)[..., 0]
    np.testing.assert_allclose(costs, -chosen, atol=1e-6)
    np.testing.assert_allclose(np.exp(found).sum(axis=-1), 1, atol=1e-6)


def test_draws_and_initial_outputs():
    emitter = make_emitter()
    emitter.initialize()
    x = pt.matrix("x")
    drawn = evaluate(emitter.emit(x), {x: np.zeros((500, 2), "float32")})
    assert set(drawn) == set(range(5))
    assert evaluate(emitter.initial_outputs(2)).tolist() == [4, 4]
    assert emitter.readout_dim == 2


def test_errors():
    with pytest.raises(ValueError, match="numbered from 0 without a gap"):
        ClassFactoredSoftmaxEmitter([1, 1])
    with pytest.raises(ValueError, match=r"input_dim of .*/words is missing"):
        ClassFactoredSoftmaxEmitter([0, 1]).allocate()

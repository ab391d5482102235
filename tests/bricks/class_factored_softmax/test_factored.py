import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile as compile_graph
from brickyard.backends import evaluate
from brickyard.bricks.class_factored_softmax import (
    ClassFactoredSoftmax,
    equal_size_classes,
)
from brickyard.bricks.initialization import IsotropicGaussian, Orthogonal
from brickyard.graph.roles import COST
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
WORD_CLASSES = [2, 0, 1, 1, 0, 1, 2, 1]
X = RNG.normal(size=(30, 3))
WORDS = RNG.integers(0, 8, 30)


def make_brick(word_classes=WORD_CLASSES, **kwargs):
    return ClassFactoredSoftmax(
        3,
        word_classes,
        weights_init=IsotropicGaussian(1),
        biases_init=IsotropicGaussian(1),
        seed=1,
        **kwargs,
    )


def log_softmax(scores):
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def expected_log_probabilities(brick, x):
    """One class after the other, without padding."""
    classes = x @ brick.class_scores.W.get_value()
    if brick.use_bias:
        classes = classes + brick.class_scores.b.get_value()
    of_class = log_softmax(classes)
    result = np.empty((len(x), brick.num_words))
    for number in range(brick.num_classes):
        words = np.flatnonzero(brick.word_classes == number)
        scores = x @ brick.W.get_value()[number][:, : len(words)]
        if brick.use_bias:
            scores = scores + brick.b.get_value()[number][: len(words)]
        result[:, words] = of_class[:, [number]] + log_softmax(scores)
    return result


def test_checks():
    check_brick(
        make_brick,
        {"readouts": X[:5], "outputs": WORDS[:5]},
        application="cost_matrix",
        parameters={
            "/classfactoredsoftmax.W": (3, 3, 4),
            "/classfactoredsoftmax.b": (3, 4),
            "/classfactoredsoftmax/class_scores.W": (3, 3),
            "/classfactoredsoftmax/class_scores.b": (3,),
        },
    )
    check_brick(make_brick, {"readouts": X[:4]}, application="log_probabilities")


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_values(backend):
    brick = make_brick()
    brick.initialize()
    x, y = pt.matrix("x"), pt.lvector("y")
    function = compile_graph([x, y], brick.cost_matrix(x, y), backend=backend)
    costs = np.asarray(function(X.astype("float32"), WORDS))
    expected = expected_log_probabilities(brick, X)
    np.testing.assert_allclose(costs, -expected[np.arange(30), WORDS], atol=1e-5)


def test_average_cost():
    brick = make_brick()
    brick.initialize()
    x, y = pt.matrix("x"), pt.lvector("y")
    cost = brick.cost(x, y)
    expected = -expected_log_probabilities(brick, X)[np.arange(30), WORDS].mean()
    found = evaluate(cost, {x: X.astype("float32"), y: WORDS})
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert COST in cost.tag.roles


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("word_classes", [[0, 0, 1, 1], [0, 1, 1], [0, 0, 0], [0, 1]])
def test_other_classes(word_classes, use_bias):
    brick = make_brick(word_classes, use_bias=use_bias)
    brick.initialize()
    x, y = pt.matrix("x"), pt.lvector("y")
    words = WORDS % len(word_classes)
    given = {x: X.astype("float32"), y: words}
    expected = expected_log_probabilities(brick, X)
    np.testing.assert_allclose(
        evaluate(brick.log_probabilities(x), {x: given[x]}), expected, atol=1e-5
    )
    np.testing.assert_allclose(
        evaluate(brick.cost_matrix(x, y), given),
        -expected[np.arange(30), words],
        atol=1e-5,
    )


def test_probabilities_sum_to_one():
    with pytensor.config.change_flags(floatX="float64"):
        brick = make_brick(equal_size_classes(1 / np.arange(1, 1001)))
        brick.initialize()
        x = pt.matrix("x")
    probabilities = evaluate(pt.exp(brick.log_probabilities(x)), {x: 3 * X})
    assert probabilities.shape == (30, 1000)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)


def test_probabilities_sum_to_one_in_float32():
    brick = make_brick(equal_size_classes(1 / np.arange(1, 1001)))
    brick.initialize()
    x = pt.matrix("x")
    given = {x: X.astype("float32")}
    log_probabilities = evaluate(brick.log_probabilities(x), given)
    sums = np.exp(log_probabilities.astype("float64")).sum(axis=1)
    np.testing.assert_allclose(sums, 1, atol=1e-6)


def test_gradient_is_that_of_the_full_softmax():
    with pytensor.config.change_flags(floatX="float64"):
        brick = make_brick()
        brick.initialize()
        x, y = pt.matrix("x"), pt.lvector("y")
        fast = brick.cost(x, y)
        slow = -brick.log_probabilities(x)[pt.arange(30), y].mean()
    wanted = [x, brick.W, brick.b, *brick.class_scores.parameters]
    pairs = zip(pt.grad(fast, wanted), pt.grad(slow, wanted), strict=True)
    for one, other in pairs:
        given = {x: X, y: WORDS}
        np.testing.assert_allclose(
            evaluate(one, given), evaluate(other, given), atol=1e-12
        )


def test_axes():
    brick = make_brick()
    brick.initialize()
    x, y = pt.tensor3("x"), pt.imatrix("y")
    given = {x: X.astype("float32").reshape(5, 6, 3), y: WORDS.reshape(5, 6)}
    expected = expected_log_probabilities(brick, X)
    costs = evaluate(brick.cost_matrix(x, y), given)
    np.testing.assert_allclose(
        costs, -expected[np.arange(30), WORDS].reshape(5, 6), atol=1e-5
    )
    found = evaluate(brick.log_probabilities(x), {x: given[x]})
    np.testing.assert_allclose(found, expected.reshape(5, 6, 8), atol=1e-5)
    assert evaluate(brick.sample(x), {x: given[x]}).shape == (5, 6)


def test_unknown_words_cost_nan():
    brick = make_brick()
    brick.initialize()
    x, y = pt.matrix("x"), pt.lvector("y")
    given = {x: X[:3].astype("float32"), y: [-1, 8, 7]}
    costs = evaluate(brick.cost_matrix(x, y), given)
    assert np.isnan(costs).tolist() == [True, True, False]


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_samples_follow_the_probabilities(backend):
    brick = make_brick(graph_seed=3)
    brick.initialize()
    x = pt.matrix("x")
    sample = compile_graph([x], brick.sample(x), backend=backend)
    rows = np.repeat(X[:1], 20000, axis=0).astype("float32")
    first, second = np.asarray(sample(rows)), np.asarray(sample(rows))
    assert first.dtype == "int64"
    assert (first != second).any()
    shares = np.bincount(first, minlength=8) / len(first)
    probabilities = np.exp(expected_log_probabilities(brick, X[:1]))[0]
    np.testing.assert_allclose(shares, probabilities, atol=0.015)


def test_only_words_of_the_class_are_drawn():
    brick = make_brick([0, 1, 1, 1])
    brick.initialize()
    for bias in brick.class_scores.parameters:
        bias.set_value(np.zeros_like(bias.get_value()))
    brick.class_scores.b.set_value(np.array([50, -50], dtype="float32"))
    x = pt.matrix("x")
    assert not evaluate(brick.sample(x), {x: X.astype("float32")}).any()


def test_classes_are_initialized_one_by_one():
    brick = ClassFactoredSoftmax(
        4, [0] * 4 + [1] * 4, weights_init=Orthogonal(), use_bias=False, seed=1
    )
    brick.initialize()
    first, second = brick.W.get_value()
    np.testing.assert_allclose(first @ first.T, np.eye(4), atol=1e-5)
    assert not np.allclose(first, second)


def test_dimensions():
    assert make_brick().get_dims(["readouts", "outputs"]) == [3, 0]
    with pytest.raises(ValueError, match="does not know the dimension"):
        make_brick().get_dim("words")


def test_errors():
    with pytest.raises(TypeError, match="word_classes must be integers, got float64"):
        ClassFactoredSoftmax(3, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"from 0 without a gap, got 2 .* 0 to 2"):
        ClassFactoredSoftmax(3, [0, 2])
    with pytest.raises(ValueError, match=r"one class for each word, .*\(0,\)"):
        ClassFactoredSoftmax(3, np.zeros(0, int))
    brick = make_brick()
    with pytest.raises(TypeError, match="must be integer class indices"):
        brick.cost_matrix(pt.matrix("x"), pt.vector("y"))
    with pytest.raises(ValueError, match=r"y must be \(\.\.\.\) as class indices"):
        brick.cost_matrix(pt.matrix("x"), pt.lmatrix("y"))
    with pytest.raises(ValueError, match=r"needs readouts \(batch, \.\.\., 3\)"):
        brick.sample(pt.vector("x"))
    wrong = pt.tensor("x", dtype="float32", shape=(None, 4))
    with pytest.raises(ValueError, match="needs an input with 3 features"):
        brick.log_probabilities(wrong)

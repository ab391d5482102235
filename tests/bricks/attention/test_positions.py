import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, evaluate
from brickyard.bricks.attention import LearnedPositions, SinusoidalPositions
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

X = np.random.default_rng(1).normal(size=(4, 2, 6))


def make_learned():
    return LearnedPositions(9, 6, weights_init=IsotropicGaussian(), seed=1)


def test_checks():
    check_brick(
        lambda: SinusoidalPositions(6),
        {"input_": X},
        parameters={},
        rows_are_independent=False,
    )
    check_brick(
        make_learned,
        {"input_": X},
        parameters={"/learnedpositions.W": (9, 6)},
        rows_are_independent=False,
    )


@pytest.mark.parametrize("length", [1, 4, 5000])
def test_sinusoids(length):
    x = pt.tensor3("x")
    zeros = np.zeros((length, 1, 6), "float32")
    found = evaluate(SinusoidalPositions(6).apply(x), {x: zeros})[:, 0]
    position = length - 1
    for feature in range(6):
        angle = position / 10000 ** (2 * (feature // 2) / 6)
        wave = np.cos(angle) if feature % 2 else np.sin(angle)
        np.testing.assert_allclose(found[position, feature], wave, atol=1e-6)


def test_learned():
    brick = make_learned()
    brick.initialize()
    x = pt.tensor3("x")
    found = evaluate(brick.apply(x), {x: X.astype("float32")})
    expected = X + brick.W.get_value()[:4, None]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_dimensions():
    for brick in (SinusoidalPositions(6), make_learned()):
        assert brick.get_dims(["input_", "output"]) == [6, 6]
        with pytest.raises(ValueError, match="does not know the dimension of 'x'"):
            brick.get_dim("x")


def test_too_long():
    brick = make_learned()
    with pytest.raises(ValueError, match="vectors for 9 positions, got a sequence of"):
        brick.apply(pt.zeros((10, 2, 6), dtype="float32"))
    x = pt.tensor3("x")
    output = brick.apply(x)
    with pytest.raises(ComputationError, match="learnedpositions"):
        evaluate(output, {x: np.zeros((10, 2, 6), "float32")})


def test_errors():
    with pytest.raises(ValueError, match="needs an even number of features"):
        SinusoidalPositions(3).allocate()
    with pytest.raises(ValueError, match=r"sequence \(time, batch, 6\), got float32"):
        SinusoidalPositions(6).apply(pt.matrix())
    with pytest.raises(ValueError, match=r"sequence \(time, batch, 6\), got int64"):
        SinusoidalPositions(6).apply(pt.ltensor3())
    with pytest.raises(ValueError, match="weights_init of /learnedpositions is miss"):
        LearnedPositions(3, 2).initialize()

import numpy as np
import pytest

from brickyard.datasets import Spiral, SwissRoll
from brickyard.datasets.float_type import float_x


def everything(dataset):
    return dataset.get_data(dataset.open(), slice(0, dataset.num_examples))


def test_spiral_follows_its_formula():
    features, position, label = everything(Spiral(200, classes=3, cycles=2.0))
    assert features.dtype == position.dtype == float_x()
    assert set(label) == {0, 1, 2}
    assert 0 <= position.min() < position.max() <= 2
    radius = np.hypot(*features.T)
    np.testing.assert_allclose(radius, (1 + 2 * position) / 3, rtol=1e-4)
    turn = np.arctan2(features[:, 0], features[:, 1]) / (2 * np.pi)
    difference = turn - (position + label / 3)
    np.testing.assert_allclose(difference, np.round(difference), atol=1e-4)


def test_swiss_roll_follows_its_formula():
    features, position = everything(SwissRoll(100))
    angle, height = position.T
    np.testing.assert_allclose(features[:, 1], height)
    np.testing.assert_allclose(np.hypot(features[:, 0], features[:, 2]), angle, 1e-5)


@pytest.mark.parametrize("kind", [Spiral, SwissRoll])
def test_drawn_from_the_seed(kind):
    first, again, other = kind(50), kind(50), kind(50, seed=2)
    np.testing.assert_array_equal(everything(first)[0], everything(again)[0])
    assert not np.array_equal(everything(first)[0], everything(other)[0])
    assert first.axis_labels["features"] == ("batch", "feature")


@pytest.mark.parametrize("kind", [Spiral, SwissRoll])
def test_noise_has_its_deviation(kind):
    clean, noisy = everything(kind(4000))[0], everything(kind(4000, noise=0.5))[0]
    assert (noisy - clean).std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("kind", [Spiral, SwissRoll])
def test_refuses_impossible_sizes(kind):
    with pytest.raises(ValueError, match=f"{kind.__name__}: num_examples .* got 0"):
        kind(0)
    with pytest.raises(ValueError, match="cannot be negative, got -1"):
        kind(10, noise=-1)


def test_spiral_has_at_least_one_arm():
    with pytest.raises(ValueError, match="Spiral: classes must be at least 1, got 0"):
        Spiral(10, classes=0)

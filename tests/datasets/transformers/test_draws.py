import numpy as np
import pytest

from brickyard.datasets.transformers.draws import Draws


def numbers(seed=1, epoch=0, user="crop", count=100):
    return Draws(seed, epoch, user).take(count)


def test_numbers_belong_to_indices():
    expected = numbers()
    draws = Draws(1, 0, "crop")
    pieces = [draws.take(count) for count in (1, 0, 7, 92)]
    np.testing.assert_array_equal(np.concatenate(pieces), expected)
    for index in (99, 0, 41):
        draws.seek(index)
        np.testing.assert_array_equal(draws.take(1)[0], expected[index])
        assert draws.index == index + 1


def test_they_are_uniform():
    sample = numbers(count=20000)
    assert sample.dtype == np.float64
    assert sample.min() >= 0
    assert sample.max() < 1
    np.testing.assert_allclose(sample.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(np.corrcoef(sample.T), np.eye(4), atol=0.03)


@pytest.mark.parametrize("other", [{"seed": 2}, {"epoch": 1}, {"user": "flip"}])
def test_seed_epoch_and_user_matter(other):
    one, two = numbers(count=5000), numbers(count=5000, **other)
    assert abs(np.corrcoef(one[:, 0], two[:, 0])[0, 1]) < 0.05

import numpy as np
import pytest

from brickyard.training.algorithms import BasicRMSProp, RMSProp


class RootMeanSquare:
    def __init__(self, rate, decay, max_scaling):
        self.rate, self.decay, self.floor = rate, decay, 1 / max_scaling
        self.mean_square = 0.0

    def __call__(self, g, theta, t):
        self.mean_square = self.decay * self.mean_square + (1 - self.decay) * g**2
        return self.rate * g / np.maximum(np.sqrt(self.mean_square), self.floor)


@pytest.mark.parametrize(
    ("make_rule", "reference"),
    [
        (lambda: BasicRMSProp(0.8), RootMeanSquare(1, 0.8, 1e5)),
        (lambda: BasicRMSProp(0.8, 2.0), RootMeanSquare(1, 0.8, 2.0)),
        (lambda: RMSProp(0.01, 0.95, 3.0), RootMeanSquare(0.01, 0.95, 3.0)),
    ],
)
def test_values(follow, expect, make_rule, reference):
    np.testing.assert_allclose(follow(make_rule), expect(reference), rtol=1e-12)


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match="BasicRMSProp: decay_rate must be finite and"):
        BasicRMSProp(decay_rate=-0.5)
    with pytest.raises(ValueError, match="BasicRMSProp: max_scaling must be finite an"):
        RMSProp(max_scaling=0)

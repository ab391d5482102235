import numpy as np
import pytest

from brickyard.training.algorithms import (
    BasicMomentum,
    BasicNesterovMomentum,
    Momentum,
    NesterovMomentum,
)
from brickyard.training.schedules import JoinedSchedule


class HeavyBall:
    """The velocity of the docstrings, kept in NumPy."""

    def __init__(self, rate, momentum, nesterov=False):
        self.rate, self.momentum, self.nesterov = rate, momentum, nesterov
        self.velocity = 0.0

    def __call__(self, gradient, theta, t):
        momentum = self.momentum(t) if callable(self.momentum) else self.momentum
        gradient = self.rate * gradient
        self.velocity = momentum * self.velocity + gradient
        if self.nesterov:
            return momentum * self.velocity + gradient
        return self.velocity


@pytest.mark.parametrize(
    ("make_rule", "reference"),
    [
        (lambda: BasicMomentum(0.9), HeavyBall(1, 0.9)),
        (lambda: Momentum(0.1, 0.8), HeavyBall(0.1, 0.8)),
        (lambda: BasicNesterovMomentum(0.9), HeavyBall(1, 0.9, nesterov=True)),
        (lambda: NesterovMomentum(0.1, 0.8), HeavyBall(0.1, 0.8, nesterov=True)),
        (
            lambda: Momentum(0.1, JoinedSchedule([0.5, 0.9], [4])),
            HeavyBall(0.1, lambda t: 0.5 if t <= 4 else 0.9),
        ),
    ],
)
def test_values(follow, expect, make_rule, reference):
    np.testing.assert_allclose(follow(make_rule), expect(reference), rtol=1e-12)


def test_rates_are_those_of_the_components():
    rule = Momentum(0.5, 0.75)
    assert rule.learning_rate is rule.components[0].learning_rate
    assert rule.momentum is rule.components[1].momentum
    assert float(rule.momentum.get_value()) == 0.75


@pytest.mark.parametrize("bad", [-0.1, 1.0, 2])
@pytest.mark.parametrize("rule", [BasicMomentum, BasicNesterovMomentum])
def test_bad_momentum(rule, bad):
    with pytest.raises(
        ValueError, match=rf"{rule.__name__}: momentum must .* \[0, 1\)"
    ):
        rule(bad)


@pytest.mark.parametrize("rule", [Momentum, NesterovMomentum])
def test_bad_rates_of_composites(rule):
    with pytest.raises(ValueError, match="learning_rate must be finite and not be neg"):
        rule(-1.0, 0.9)
    with pytest.raises(ValueError, match="momentum must be finite and lie in"):
        rule(1.0, 1.5)

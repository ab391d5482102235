import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.training.algorithms import Adam, AMSGrad


class Moments:
    """The averages of Adam, and what the rules make of them."""

    def __init__(self, step, beta1=0.9, beta2=0.999, decay_factor=1.0):
        self.step, self.decay_factor = step, decay_factor
        self.beta1, self.beta2 = beta1, beta2
        self.m = self.v = self.largest = 0.0

    def __call__(self, g, theta, t):
        beta1 = self.beta1 * self.decay_factor ** (t - 1)
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        self.largest = np.maximum(self.largest, self.v)
        return self.step(self, t)


def adam_step(moments, t):
    rate = 0.05 * np.sqrt(1 - moments.beta2**t) / (1 - moments.beta1**t)
    return rate * moments.m / (np.sqrt(moments.v) + 1e-4)


def amsgrad_step(moments, t):
    mean = moments.m / (1 - moments.beta1**t)
    return 0.05 * mean / (np.sqrt(moments.largest / (1 - moments.beta2**t)) + 1e-4)


@pytest.mark.parametrize(
    ("make_rule", "reference"),
    [
        (lambda: Adam(0.05, epsilon=1e-4), Moments(adam_step)),
        (
            lambda: Adam(0.05, 0.8, 0.9, 1e-4, 0.7),
            Moments(adam_step, 0.8, 0.9, 0.7),
        ),
        (lambda: AMSGrad(0.05, 0.8, 0.5, 1e-4), Moments(amsgrad_step, 0.8, 0.5)),
    ],
)
def test_values(follow, expect, make_rule, reference):
    np.testing.assert_allclose(follow(make_rule), expect(reference), rtol=1e-10)


def test_a_beta_can_be_shared_or_scheduled(follow):
    plain = follow(lambda: Adam(0.05, 0.8, 0.9))
    shared_beta = follow(lambda: Adam(0.05, shared(0.8), 0.9))
    scheduled = follow(lambda: Adam(0.05, 0.8, lambda step: pt.constant(0.9)))
    np.testing.assert_allclose(shared_beta, plain, rtol=1e-12)
    np.testing.assert_allclose(scheduled, plain, rtol=1e-12)


def test_corrections_are_made_once_for_all_parameters():
    parameters = [shared([1.0], name=f"W{i}", dtype="floatX") for i in range(3)]
    _, updates = Adam().compute_steps({p: 1 * p for p in parameters})
    assert [target.name for target, _ in updates].count("step") == 1


@pytest.mark.parametrize("rule", [Adam, AMSGrad])
def test_bad_hyperparameters(rule):
    name = rule.__name__
    with pytest.raises(ValueError, match=f"{name}: learning_rate must be finite"):
        rule(-0.1)
    with pytest.raises(ValueError, match=rf"{name}: beta1 must .* lie in \[0, 1\)"):
        rule(beta1=1)
    with pytest.raises(ValueError, match=rf"{name}: beta2 must .* lie in \[0, 1\)"):
        rule(beta2=-0.1)
    with pytest.raises(ValueError, match=f"{name}: epsilon must be finite and be gre"):
        rule(epsilon=0)


def test_bad_decay_factor():
    with pytest.raises(ValueError, match=r"Adam: decay_factor must .* in \(0, 1\]"):
        Adam(decay_factor=0)

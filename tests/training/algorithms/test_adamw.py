import numpy as np
import pytest

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import AdamW


def reference(decay):
    memory = {"m": 0.0, "v": 0.0}

    def step(g, theta, t):
        memory["m"] = 0.8 * memory["m"] + 0.2 * g
        memory["v"] = 0.95 * memory["v"] + 0.05 * g**2
        mean, square = memory["m"] / (1 - 0.8**t), memory["v"] / (1 - 0.95**t)
        return 0.05 * (mean / (np.sqrt(square) + 1e-3) + decay * theta)

    return step


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_values(follow, expect, decay):
    made = follow(lambda: AdamW(0.05, 0.8, 0.95, 1e-3, weight_decay=decay))
    np.testing.assert_allclose(made, expect(reference(decay)), rtol=1e-10)


def test_decays_only_the_parameters_asked_for():
    W, b = shared([2.0], name="W"), shared([2.0], name="b")
    rule = AdamW(0.1, weight_decay=0.5, parameters=[W])
    steps, _ = rule.compute_steps({W: 0 * W, b: 0 * b})
    W_step, b_step = evaluate([steps[W], steps[b]])
    np.testing.assert_allclose(W_step, [0.1 * 0.5 * 2.0], rtol=1e-6)
    np.testing.assert_array_equal(b_step, [0.0])


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match="AdamW: weight_decay must be finite and not"):
        AdamW(weight_decay=-0.1)
    with pytest.raises(ValueError, match="AdamW: learning_rate must be finite and no"):
        AdamW(-0.1)
    with pytest.raises(ValueError, match=r"AdamW: beta1 must .* lie in \[0, 1\)"):
        AdamW(beta1=1.5)

import numpy as np
import pytest

from brickyard.training.algorithms import NAdam


def test_values(follow, expect):
    memory = {"m": 0.0, "v": 0.0, "product": 1.0}

    def momentum(t):
        return 0.8 * (1 - 0.5 * 0.96 ** (t * 0.1))

    def step(g, theta, t):
        memory["m"] = 0.8 * memory["m"] + 0.2 * g
        memory["v"] = 0.95 * memory["v"] + 0.05 * g**2
        memory["product"] *= momentum(t)
        product, ahead = memory["product"], momentum(t + 1)
        numerator = (1 - momentum(t)) / (1 - product) * g
        numerator = numerator + ahead / (1 - product * ahead) * memory["m"]
        return 0.05 * numerator / (np.sqrt(memory["v"] / (1 - 0.95**t)) + 1e-3)

    made = follow(lambda: NAdam(0.05, 0.8, 0.95, 1e-3, momentum_decay=0.1))
    np.testing.assert_allclose(made, expect(step), rtol=1e-10)


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match="NAdam: momentum_decay must be finite and n"):
        NAdam(momentum_decay=-1)
    with pytest.raises(ValueError, match="NAdam: epsilon must be finite and be great"):
        NAdam(epsilon=0)
    with pytest.raises(ValueError, match=r"NAdam: beta2 must .* lie in \[0, 1\)"):
        NAdam(beta2=1)

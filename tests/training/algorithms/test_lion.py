import numpy as np
import pytest

from brickyard.training.algorithms import Lion


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_values(follow, expect, decay):
    memory = {"m": 0.0}

    def step(g, theta, t):
        direction = np.sign(0.7 * memory["m"] + 0.3 * g)
        memory["m"] = 0.9 * memory["m"] + 0.1 * g
        return 0.05 * (direction + decay * theta)

    made = follow(lambda: Lion(0.05, 0.7, 0.9, weight_decay=decay))
    np.testing.assert_allclose(made, expect(step), rtol=1e-12)


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match=r"Lion: beta1 must .* lie in \[0, 1\]"):
        Lion(beta1=1.5)
    with pytest.raises(ValueError, match="Lion: weight_decay must be finite and not"):
        Lion(weight_decay=-0.1)

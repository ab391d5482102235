import numpy as np
import pytest

from brickyard.training.algorithms import AdaGrad


def test_values(follow, expect):
    total = {"squares": 0.0}

    def step(g, theta, t):
        total["squares"] = total["squares"] + g**2
        return 0.1 * g / (np.sqrt(total["squares"]) + 1e-2)

    made = follow(lambda: AdaGrad(0.1, 1e-2))
    np.testing.assert_allclose(made, expect(step), rtol=1e-12)


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match="AdaGrad: learning_rate must be finite and n"):
        AdaGrad(-0.1)
    with pytest.raises(ValueError, match="AdaGrad: epsilon must be finite and be grea"):
        AdaGrad(epsilon=-1e-6)

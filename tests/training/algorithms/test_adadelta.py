import numpy as np
import pytest

from brickyard.training.algorithms import AdaDelta


def test_values(follow, expect):
    squares = {"gradient": 0.0, "step": 0.0}

    def step(g, theta, t):
        squares["gradient"] = 0.9 * squares["gradient"] + 0.1 * g**2
        s = np.sqrt((squares["step"] + 1e-3) / (squares["gradient"] + 1e-3)) * g
        squares["step"] = 0.9 * squares["step"] + 0.1 * s**2
        return s

    made = follow(lambda: AdaDelta(0.9, 1e-3))
    np.testing.assert_allclose(made, expect(step), rtol=1e-12)


def test_bad_hyperparameters():
    with pytest.raises(ValueError, match=r"AdaDelta: decay_rate must .* in \[0, 1\]"):
        AdaDelta(decay_rate=1.1)
    with pytest.raises(ValueError, match="AdaDelta: epsilon must be finite and be gre"):
        AdaDelta(epsilon=0)

"""A parameter moved by given gradients, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.training.algorithms import GradientDescent, StepRule

NUM_STEPS = 12


@pytest.fixture
def float64() -> Iterator[None]:
    """Rates and parameters in float64, so that formulas can be compared closely."""
    with pytensor.config.change_flags(floatX="float64"):
        yield


@pytest.fixture
def gradients() -> np.ndarray:
    """Gradients of NUM_STEPS steps for a parameter of shape (2, 3)."""
    steps, elements = np.arange(NUM_STEPS), np.arange(6)
    waves = np.cos(0.7 * steps[:, None] + elements) + 0.1 * elements
    return waves.reshape(NUM_STEPS, 2, 3)


@pytest.fixture
def start() -> np.ndarray:
    """The first value of the parameter."""
    return np.linspace(-1.0, 1.5, 6).reshape(2, 3)


@pytest.fixture
def follow(
    float64: None, start: np.ndarray, gradients: np.ndarray
) -> Callable[..., np.ndarray]:
    """Return the values of the parameter after each step of a rule."""

    def run(make_rule: Callable[[], StepRule]) -> np.ndarray:
        W, g = shared(start, name="W"), pt.dmatrix("g")
        algorithm = GradientDescent(gradients={W: g}, step_rule=make_rule())
        values = []
        for gradient in gradients:
            algorithm.process_batch({"g": gradient})
            values.append(W.get_value())
        return np.array(values)

    return run


@pytest.fixture
def expect(start: np.ndarray, gradients: np.ndarray) -> Callable[..., np.ndarray]:
    """Return the values after each step of a function of (gradient, theta, t)."""

    def run(step: Callable[[np.ndarray, np.ndarray, int], np.ndarray]) -> np.ndarray:
        theta, values = start, []
        for t, gradient in enumerate(gradients, start=1):
            theta = theta - step(gradient, theta, t)
            values.append(theta)
        return np.array(values)

    return run

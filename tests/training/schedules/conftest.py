"""The values of a schedule at some steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate


@pytest.fixture
def values_at() -> Iterator[Callable[..., np.ndarray]]:
    """Return the values of a schedule at some steps, computed in float64."""

    def values(schedule: Callable, steps: range) -> np.ndarray:
        rates = [schedule(pt.constant(step, dtype="int64")) for step in steps]
        return np.array(evaluate(rates))

    with pytensor.config.change_flags(floatX="float64"):
        yield values

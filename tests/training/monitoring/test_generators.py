"""Random generators as a state."""

from __future__ import annotations

import pytest

from brickyard.backends import evaluate, generators_of, random_stream
from brickyard.training.monitoring.generators import (
    restore_generators,
    save_generators,
)


def test_restored_generators_repeat_themselves():
    draw = random_stream(1).normal()
    generators = generators_of([draw])
    state = save_generators(generators)
    first = evaluate(draw)
    assert evaluate(draw) != first
    restore_generators(generators, state, "the test")
    assert evaluate(draw) == first


def test_number_of_generators_must_agree():
    with pytest.raises(ValueError, match=r"the test has 1 random generators, .*from 0"):
        restore_generators([], [{}], "the test")

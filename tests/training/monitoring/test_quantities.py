"""Quantities computed in Python."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.training.monitoring import MonitoredQuantity


class Longest(MonitoredQuantity):
    def initialize(self):
        self.longest = 0
        self.seen = []

    def aggregate(self, features):
        self.longest = max(self.longest, len(features))
        self.seen.append(np.array(features))

    def get_aggregated_value(self):
        return self.longest


def test_state_is_every_attribute_and_a_copy():
    quantity, other = (Longest([pt.vector("x")], name="longest") for _ in range(2))
    quantity.initialize()
    quantity.aggregate(np.ones(3))
    state = quantity.get_state()
    quantity.aggregate(np.ones(5))
    assert state["longest"] == 3
    assert len(state["seen"]) == 1
    other.set_state(state)
    assert other.get_aggregated_value() == 3


def test_state_of_another_quantity_is_refused():
    with pytest.raises(ValueError, match=r"quantity 'longest' lacks 'seen' and .*'x'"):
        Longest([], name="longest").set_state({"longest": 3, "x": 0})


def test_only_variables_can_be_required():
    with pytest.raises(TypeError, match="quantity 'q' can require variables only, got"):
        Longest(["x"], name="q")

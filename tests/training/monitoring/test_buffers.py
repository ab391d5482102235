"""Accumulators of several variables."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, random_stream, shared
from brickyard.training.monitoring import (
    AggregationBuffer,
    MonitoredQuantityBuffer,
)


def accumulate(buffer, inputs):
    return compile(inputs, buffer.collected, updates=buffer.accumulation_updates)


def test_values_by_name_in_order_and_reset():
    x = pt.fscalar("x")
    W = shared(3.0, name="W", dtype="float32")
    variables = [x.copy(name="b"), (W * 2).copy(name="independent"), x.copy(name="a")]
    buffer = AggregationBuffer(variables)
    function = accumulate(buffer, [x])
    assert buffer.get_aggregated_values() == {"independent": 6.0}
    function(np.float32(1))
    function(np.float32(3))
    values = buffer.get_aggregated_values()
    assert values == {"b": 2.0, "independent": 6.0, "a": 2.0}
    assert list(values) == ["b", "independent", "a"]
    assert all(type(value) is float for value in values.values())
    buffer.initialize_aggregators()
    assert list(buffer.get_aggregated_values()) == ["independent"]


def test_take_last_on_request(backend):
    x = pt.fvector("x")
    buffer = AggregationBuffer([(x * 2).copy(name="value")], use_take_last=True)
    function = compile(
        [x], updates=buffer.accumulation_updates, backend=backend, name="step"
    )
    for batch in ([1.0, 2.0], [3.0, 4.0], [5.0]):
        function(np.asarray(batch, "float32"))
    np.testing.assert_array_equal(buffer.get_aggregated_values()["value"], [10])


def test_state_round_trip():
    x = pt.fscalar("x")
    noisy = (x + random_stream(1).normal()).copy(name="noisy")

    def make():
        buffer = AggregationBuffer([noisy])
        return buffer, accumulate(buffer, [x])

    first, step = make()
    step(np.float32(1))
    state = first.get_state()
    step(np.float32(2))
    expected = first.get_aggregated_values()
    second, step = make()
    second.set_state(state)
    step(np.float32(2))
    assert second.get_aggregated_values() == expected


def test_state_of_other_variables_is_refused():
    one = AggregationBuffer([pt.fscalar("a")])
    two = AggregationBuffer([pt.fscalar("a"), pt.fscalar("b")])
    with pytest.raises(ValueError, match="'m' has 5 accumulators, but there are 3"):
        one.set_state(two.get_state(), "'m'")
    state = one.get_state()
    state["accumulators"][1] = np.zeros(3)
    with pytest.raises(ValueError, match=r"of shape \(3,\) for 'a_numerator'"):
        one.set_state(state)
    state["generators"] = [{}]
    state["accumulators"] = one.get_state()["accumulators"]
    with pytest.raises(ValueError, match=r"has 1 random generators.* draws from 0"):
        one.set_state(state)


def test_names_are_needed_and_different():
    with pytest.raises(ValueError, match=r"need a name.*copy\(name="):
        AggregationBuffer([pt.fscalar()])
    with pytest.raises(ValueError, match="two monitored variables are called 'x'"):
        AggregationBuffer([pt.fscalar("x"), pt.fscalar("x")])
    with pytest.raises(ValueError, match="monitored quantities need a name"):
        MonitoredQuantityBuffer([None])

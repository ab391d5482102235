"""Aggregation schemes: what may be accumulated, and what declares how."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.graph import ComputationGraph
from brickyard.training.monitoring import (
    Concatenate,
    DatasetEvaluator,
    Maximum,
    Minimum,
    TakeLast,
    mean,
    perplexity,
)
from brickyard.training.monitoring.aggregation.base import (
    accumulator_shape,
    data_inputs,
    declared_scheme,
    last_value,
    needs_data,
)


def test_scheme_survives_copies():
    variable = mean(pt.vector("x").sum(), 3.0)
    scheme = variable.tag.aggregation_scheme
    assert declared_scheme(variable) is scheme
    assert declared_scheme(variable.copy(name="a").copy(name="b")) is scheme


def test_other_expressions_declare_nothing():
    assert declared_scheme(2 * mean(pt.vector("x").sum())) is None
    assert declared_scheme(pt.scalar("x")) is None


def test_needs_data():
    W = shared(1.0, name="W", dtype="floatX")
    x = pt.scalar("x")
    assert not needs_data(W**2 + 1)
    assert needs_data(W * x)
    assert data_inputs([W * x, x + 1]) == [x]


def test_unknown_shape_is_an_error_with_a_fix():
    with pytest.raises(ValueError, match=r"'x' cannot be .*\(None,\).*specify_shape"):
        accumulator_shape(pt.vector("x"), None)


def test_unknown_shape_can_be_told():
    x = pt.vector("x")
    assert accumulator_shape(x, {x: (3,)}) == (3,)
    assert accumulator_shape(pt.TensorType("float32", (2, 3))("y"), None) == (2, 3)


def test_take_last_accumulates_nothing_to_be_initialized():
    aggregator = TakeLast(pt.matrix("x")).get_aggregator()
    assert aggregator.initialization_updates == []
    assert len(aggregator.accumulation_updates) == 1


def test_last_value_keeps_known_lengths():
    assert last_value(pt.TensorType("int8", (None, 3))("x")).get_value().shape == (0, 3)


@pytest.mark.parametrize(
    ("declare", "expected"),
    [
        (lambda x: mean(x.sum(), x.shape[0]), 30 / 3),
        (lambda x: perplexity(x.sum() / 10, x.shape[0]), np.exp(-1.0)),
        (lambda x: with_scheme(Minimum, x.sum()), 10.0),
        (lambda x: with_scheme(Maximum, x.sum()), 20.0),
        (lambda x: with_scheme(TakeLast, x.sum()), 20.0),
        (lambda x: with_scheme(Concatenate, 2 * x), [20.0, 20.0, 20.0]),
    ],
)
def test_schemes_follow_a_graph_that_is_rewritten(declare, expected):
    x = pt.vector("x")
    variable = declare(x).copy(name="monitored")
    (new,) = ComputationGraph(variable).replace({x: 10 * x}).outputs
    evaluator = DatasetEvaluator([new])
    evaluator.initialize_aggregators()
    for batch in ([1.0], [1.0, 1.0]):
        evaluator.process_batch({"x": np.float32(batch)})
    (got,) = evaluator.get_aggregated_values().values()
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def with_scheme(scheme, variable):
    variable.tag.aggregation_scheme = scheme(variable)
    return variable

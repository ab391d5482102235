"""Means and perplexities over batches of different sizes."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.graph import average, average_parts
from brickyard.training.monitoring import (
    AggregationBuffer,
    DatasetEvaluator,
    Mean,
    Perplexity,
    TakeLast,
    mean,
    perplexity,
)
from brickyard.training.monitoring.aggregation.averages import default_mean


def aggregate(variable, batches):
    """Aggregate a variable called "value" of the input "x" over batches."""
    evaluator = DatasetEvaluator([variable.copy(name="value")])
    evaluator.initialize_aggregators()
    for batch in batches:
        evaluator.process_batch({"x": np.asarray(batch, dtype="float32")})
    return evaluator.get_aggregated_values()["value"]


BATCHES = [[1.0, 2.0, 3.0], [10.0]]


def test_mean_weighs_by_the_denominator():
    x = pt.fvector("x")
    assert aggregate(mean(x.sum(), x.shape[0]), BATCHES) == 4.0


def test_mean_is_called_like_its_numerator():
    total = pt.fvector("x").sum().copy(name="total")
    assert mean(total).name == mean(total, 3).name == "total"
    assert mean(pt.fvector("x").sum()).name is None


def test_mean_without_denominator_weighs_batches_alike():
    x = pt.fvector("x")
    assert aggregate(x.mean(), BATCHES) == (2.0 + 10.0) / 2


def test_averages_are_weighed_by_their_examples():
    x = pt.fvector("x")
    level = average(x.sum(), x.shape[0])
    assert aggregate(level, BATCHES) == 4.0
    assert aggregate(level + 0, BATCHES) == (2.0 + 10.0) / 2
    weights = pt.switch(x > 5, 2.0, 1.0)
    assert aggregate(average((weights * x).sum(), weights.sum()), BATCHES) == 26 / 5


def test_averages_may_declare_something_else():
    x = pt.fvector("x")
    level = average(x.sum(), x.shape[0])
    level.tag.aggregation_scheme = TakeLast(level)
    assert aggregate(level, BATCHES) == 10.0


def test_averages_give_their_last_value_when_that_is_the_default():
    x = shared(np.float32([1, 2, 3]), name="x") * pt.fscalar("one")
    level = average(x.sum(), x.shape[0]).copy(name="level")
    (name,) = AggregationBuffer([level], use_take_last=True).accumulators[1:]
    assert name.name == "level_last"


def test_default_mean():
    x = pt.fvector("x")
    level = average(x.sum(), x.shape[0])
    scheme = default_mean(level.copy())
    assert [scheme.numerator, scheme.denominator] == list(average_parts(level))
    assert default_mean(x.mean()).denominator.data == 1


def test_mean_of_vectors_with_denominators_by_element():
    x = pt.fvector("x")
    parts = pt.stack([x.sum(), (x**2).sum()])
    counts = pt.stack([x.shape[0], 2 * x.shape[0]])
    np.testing.assert_allclose(
        aggregate(mean(parts, counts), BATCHES), [16 / 4, 114 / 8]
    )


def test_sums_keep_precision_over_many_batches():
    x = pt.fvector("x")
    value = np.float32(0.1)
    result = aggregate(mean(x.sum(), x.shape[0]), [[value]] * 3000)
    assert result == pytest.approx(float(value), rel=1e-12)


def test_integer_counts_are_averaged_as_fractions():
    x = pt.fvector("x")
    assert aggregate(mean((x > 1.5).sum(), x.shape[0]), BATCHES) == 0.75


def test_readout_is_float64():
    assert Mean(pt.fscalar("x")).get_aggregator().readout_variable.dtype == "float64"


def test_perplexity_is_that_of_all_examples():
    x = pt.fvector("x")
    log_probabilities = [[-1.0, -2.0, -3.0], [-10.0]]
    result = aggregate(perplexity(x.sum(), x.shape[0]), log_probabilities)
    assert result == pytest.approx(np.exp(4.0))


def test_perplexity_scheme_takes_negative_log_likelihoods():
    x = pt.fvector("x")
    variable = x.sum()
    variable.tag.aggregation_scheme = Perplexity(x.sum(), x.shape[0])
    assert aggregate(variable, BATCHES) == pytest.approx(np.exp(4.0))


def test_perplexity_needs_a_scalar():
    with pytest.raises(ValueError, match="a scalar; got 1 dimensions; sum it first"):
        perplexity(pt.vector("x"), 3)

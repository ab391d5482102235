"""The smallest and the largest value."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.training.monitoring import DatasetEvaluator, Maximum, Minimum


def aggregate(scheme, expression, batches, dtype):
    variable = expression.copy(name="value")
    variable.tag.aggregation_scheme = scheme(variable)
    evaluator = DatasetEvaluator([variable])
    evaluator.initialize_aggregators()
    for batch in batches:
        evaluator.process_batch({"x": np.asarray(batch, dtype=dtype)})
    return evaluator.get_aggregated_values()["value"]


@pytest.mark.parametrize(
    ("dtype", "batches"),
    [
        ("float32", [[3.5, -1.0], [2.0, 7.0]]),
        ("float32", [[-np.inf, -1.0], [-2.0, -7.0]]),
        ("int64", [[3, -5], [2, 9]]),
        ("uint8", [[3, 0], [255, 9]]),
        ("bool", [[True, False], [True, True]]),
    ],
)
def test_against_numpy(dtype, batches):
    x = pt.TensorType(dtype, (2,))("x")
    low = aggregate(Minimum, x, batches, dtype)
    high = aggregate(Maximum, x, batches, dtype)
    np.testing.assert_array_equal(low, np.min(batches, axis=0))
    np.testing.assert_array_equal(high, np.max(batches, axis=0))
    assert low.dtype == high.dtype == dtype


def test_nan_is_not_swallowed():
    x = pt.fvector("x")
    batches = [[1.0], [np.nan], [2.0]]
    assert np.isnan(aggregate(Minimum, x.sum(), batches, "float32"))


def test_shape_is_learned_from_the_first_batch():
    x = pt.fvector("x")
    batches = [[1.0, 5.0], [2.0, 3.0]]
    np.testing.assert_array_equal(aggregate(Maximum, x, batches, "float32"), [2, 5])

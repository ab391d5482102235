"""All values, one batch after the other."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.training.monitoring import Concatenate, DatasetEvaluator


def test_values_are_joined_along_the_first_axis():
    x = pt.fmatrix("x")
    doubled = (2 * x).copy(name="doubled")
    doubled.tag.aggregation_scheme = Concatenate(doubled)
    evaluator = DatasetEvaluator([doubled])
    evaluator.initialize_aggregators()
    data = np.arange(10, dtype="float32").reshape(5, 2)
    for batch in (data[:3], data[3:]):
        evaluator.process_batch({"x": batch})
    values = evaluator.get_aggregated_values()["doubled"]
    np.testing.assert_array_equal(values, 2 * data)
    evaluator.initialize_aggregators()
    evaluator.process_batch({"x": data[:1]})
    assert evaluator.get_aggregated_values()["doubled"].shape == (1, 2)


def test_scalars_cannot_be_joined():
    with pytest.raises(ValueError, match=r"'x' along its first axis.*variable\[None\]"):
        Concatenate(pt.scalar("x"))

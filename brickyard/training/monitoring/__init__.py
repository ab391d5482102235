"""Monitoring: variables of any graph, aggregated inside one compiled function."""

from brickyard.training.monitoring.aggregation import (
    AggregationScheme,
    Aggregator,
    Concatenate,
    Maximum,
    Mean,
    Minimum,
    Perplexity,
    TakeLast,
    mean,
    perplexity,
)
from brickyard.training.monitoring.buffers import (
    AggregationBuffer,
    MonitoredQuantityBuffer,
)
from brickyard.training.monitoring.evaluators import DatasetEvaluator
from brickyard.training.monitoring.quantities import MonitoredQuantity

__all__ = [
    "AggregationBuffer",
    "AggregationScheme",
    "Aggregator",
    "Concatenate",
    "DatasetEvaluator",
    "Maximum",
    "Mean",
    "Minimum",
    "MonitoredQuantity",
    "MonitoredQuantityBuffer",
    "Perplexity",
    "TakeLast",
    "mean",
    "perplexity",
]

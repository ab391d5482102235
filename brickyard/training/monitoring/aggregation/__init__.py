"""How the values of a variable over many batches become one."""

from brickyard.training.monitoring.aggregation.averages import (
    Mean,
    Perplexity,
    mean,
    perplexity,
)
from brickyard.training.monitoring.aggregation.base import (
    AggregationScheme,
    Aggregator,
    TakeLast,
)
from brickyard.training.monitoring.aggregation.concatenate import Concatenate
from brickyard.training.monitoring.aggregation.extremes import Maximum, Minimum

__all__ = [
    "AggregationScheme",
    "Aggregator",
    "Concatenate",
    "Maximum",
    "Mean",
    "Minimum",
    "Perplexity",
    "TakeLast",
    "mean",
    "perplexity",
]

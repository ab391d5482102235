"""Pooling over 1, 2 and 3 axes, channels last."""

from brickyard.backends.pooling.functions import average_pooling, max_pooling

__all__ = ["average_pooling", "max_pooling"]

"""Bricks that normalize their inputs."""

from brickyard.bricks.normalization.batch_normalization import BatchNormalization
from brickyard.bricks.normalization.batch_normalized_mlp import BatchNormalizedMLP
from brickyard.bricks.normalization.group_normalization import GroupNormalization
from brickyard.bricks.normalization.local_response import LocalResponseNormalization
from brickyard.bricks.normalization.spatial import SpatialBatchNormalization

__all__ = [
    "BatchNormalization",
    "BatchNormalizedMLP",
    "GroupNormalization",
    "LocalResponseNormalization",
    "SpatialBatchNormalization",
]

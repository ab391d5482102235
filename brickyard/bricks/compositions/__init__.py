"""Bricks on images that are put together from others."""

from brickyard.bricks.compositions.branches import Branches
from brickyard.bricks.compositions.image_brick import ImageBrick
from brickyard.bricks.compositions.inception import Inception
from brickyard.bricks.compositions.projected_residual_block import (
    ProjectedResidualBlock,
)
from brickyard.bricks.compositions.residual import Residual
from brickyard.bricks.compositions.residual_block import ResidualBlock

__all__ = [
    "Branches",
    "ImageBrick",
    "Inception",
    "ProjectedResidualBlock",
    "Residual",
    "ResidualBlock",
]

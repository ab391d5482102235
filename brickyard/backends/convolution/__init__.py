"""Convolution over 1, 2 and 3 axes, channels last."""

from brickyard.backends.convolution.functions import (
    convolution,
    transposed_convolution,
)
from brickyard.backends.convolution.geometry import Geometry, geometry

__all__ = ["Geometry", "convolution", "geometry", "transposed_convolution"]

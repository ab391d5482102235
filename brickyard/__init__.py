"""Composable bricks, resumable data streams and a training loop on PyTensor graphs."""

from brickyard._version import __version__
from brickyard.precision import prefer_float32

__all__ = ["__version__"]

prefer_float32()

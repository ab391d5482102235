"""Checks that authors of bricks, streams, step rules and extensions can run."""

from brickyard.testing.streams import check_stream

__all__ = ["check_stream"]

"""Checks that authors of bricks, streams, step rules and extensions can run."""

from brickyard.testing.bricks import check_brick
from brickyard.testing.extensions import check_extension
from brickyard.testing.step_rules import check_step_rule
from brickyard.testing.streams import check_stream

__all__ = ["check_brick", "check_extension", "check_step_rule", "check_stream"]

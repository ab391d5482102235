"""Searching for the most probable sequences."""

from brickyard.bricks.search.beam_search import BeamSearch

__all__ = ["BeamSearch"]

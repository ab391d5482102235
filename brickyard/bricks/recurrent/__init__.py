"""Recurrent bricks: steps that become loops over sequences."""

from brickyard.bricks.recurrent.base import (
    BaseRecurrent,
    RecurrentApplication,
    recurrent,
)
from brickyard.bricks.recurrent.bidirectional import Bidirectional
from brickyard.bricks.recurrent.gated import GatedRecurrent
from brickyard.bricks.recurrent.lstm import LSTM
from brickyard.bricks.recurrent.simple import SimpleRecurrent
from brickyard.bricks.recurrent.stack import RecurrentStack

__all__ = [
    "LSTM",
    "BaseRecurrent",
    "Bidirectional",
    "GatedRecurrent",
    "RecurrentApplication",
    "RecurrentStack",
    "SimpleRecurrent",
    "recurrent",
]

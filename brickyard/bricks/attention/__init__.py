"""Attention: choosing what part of an input to look at."""

from brickyard.bricks.attention.base import AbstractAttention
from brickyard.bricks.attention.energy import ShallowEnergyComputer
from brickyard.bricks.attention.generic import GenericSequenceAttention
from brickyard.bricks.attention.masked_softmax import masked_softmax
from brickyard.bricks.attention.multi_head import (
    CausalSelfAttention,
    MultiHeadAttention,
)
from brickyard.bricks.attention.positions import LearnedPositions, SinusoidalPositions
from brickyard.bricks.attention.recurrent import (
    AbstractAttentionRecurrent,
    AttentionRecurrent,
)
from brickyard.bricks.attention.sequence_content import SequenceContentAttention
from brickyard.bricks.attention.simple_sequence import SimpleSequenceAttention
from brickyard.bricks.attention.transformer import TransformerBlock

__all__ = [
    "AbstractAttention",
    "AbstractAttentionRecurrent",
    "AttentionRecurrent",
    "CausalSelfAttention",
    "GenericSequenceAttention",
    "LearnedPositions",
    "MultiHeadAttention",
    "SequenceContentAttention",
    "ShallowEnergyComputer",
    "SimpleSequenceAttention",
    "SinusoidalPositions",
    "TransformerBlock",
    "masked_softmax",
]

"""Sequence generators and the parts they are made of."""

from brickyard.bricks.sequence_generators.abstract_readout import AbstractReadout
from brickyard.bricks.sequence_generators.base import BaseSequenceGenerator
from brickyard.bricks.sequence_generators.class_factored_emitter import (
    ClassFactoredSoftmaxEmitter,
)
from brickyard.bricks.sequence_generators.emitter import AbstractEmitter
from brickyard.bricks.sequence_generators.fake_attention import FakeAttentionRecurrent
from brickyard.bricks.sequence_generators.feedback import AbstractFeedback
from brickyard.bricks.sequence_generators.generator import SequenceGenerator
from brickyard.bricks.sequence_generators.integer_emitter import IntegerEmitter
from brickyard.bricks.sequence_generators.lookup_feedback import LookupFeedback
from brickyard.bricks.sequence_generators.readout import Readout
from brickyard.bricks.sequence_generators.softmax_emitter import SoftmaxEmitter
from brickyard.bricks.sequence_generators.trivial_emitter import TrivialEmitter
from brickyard.bricks.sequence_generators.trivial_feedback import TrivialFeedback

__all__ = [
    "AbstractEmitter",
    "AbstractFeedback",
    "AbstractReadout",
    "BaseSequenceGenerator",
    "ClassFactoredSoftmaxEmitter",
    "FakeAttentionRecurrent",
    "IntegerEmitter",
    "LookupFeedback",
    "Readout",
    "SequenceGenerator",
    "SoftmaxEmitter",
    "TrivialEmitter",
    "TrivialFeedback",
]

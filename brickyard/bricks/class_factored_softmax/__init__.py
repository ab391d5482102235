"""Softmax outputs for large vocabularies, factored through classes of words."""

from brickyard.bricks.class_factored_softmax.factored import ClassFactoredSoftmax
from brickyard.bricks.class_factored_softmax.word_classes import (
    balanced_classes,
    equal_size_classes,
)

__all__ = ["ClassFactoredSoftmax", "balanced_classes", "equal_size_classes"]

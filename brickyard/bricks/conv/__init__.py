"""Bricks on images: convolution and pooling."""

from brickyard.bricks.conv.convolutional import Convolutional
from brickyard.bricks.conv.flattener import Flattener
from brickyard.bricks.conv.global_pooling import (
    GlobalAveragePooling,
    GlobalMaxPooling,
    GlobalPooling,
)
from brickyard.bricks.conv.grouped import DepthwiseConvolutional, GroupedConvolutional
from brickyard.bricks.conv.pooling import AveragePooling, MaxPooling, Pooling
from brickyard.bricks.conv.sequence import ConvolutionalSequence
from brickyard.bricks.conv.transpose import ConvolutionalTranspose

__all__ = [
    "AveragePooling",
    "Convolutional",
    "ConvolutionalSequence",
    "ConvolutionalTranspose",
    "DepthwiseConvolutional",
    "Flattener",
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "GlobalPooling",
    "GroupedConvolutional",
    "MaxPooling",
    "Pooling",
]

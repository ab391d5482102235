"""Bricks: the parts that models are made of."""

from brickyard.bricks.activations import (
    ELU,
    GELU,
    Identity,
    LeakyRectifier,
    Logistic,
    Rectifier,
    SiLU,
    Softplus,
    Softsign,
    Swish,
    Tanh,
)
from brickyard.bricks.application import (
    Application,
    ApplicationCall,
    BoundApplication,
    application,
)
from brickyard.bricks.base import Brick
from brickyard.bricks.bias import Bias
from brickyard.bricks.children import Children
from brickyard.bricks.conv import (
    AveragePooling,
    Convolutional,
    ConvolutionalSequence,
    ConvolutionalTranspose,
    DepthwiseConvolutional,
    Flattener,
    GlobalAveragePooling,
    GlobalMaxPooling,
    GlobalPooling,
    GroupedConvolutional,
    MaxPooling,
    Pooling,
)
from brickyard.bricks.fork import Distribute, Fork
from brickyard.bricks.interfaces import (
    Activation,
    Feedforward,
    Initializable,
    LinearLike,
    Random,
    RNGMixin,
)
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.lookup import LookupTable
from brickyard.bricks.maxout import LinearMaxout, Maxout
from brickyard.bricks.merge import Merge
from brickyard.bricks.mlp import MLP
from brickyard.bricks.naming import BRICK_DELIMITER
from brickyard.bricks.normalization import (
    BatchNormalization,
    BatchNormalizedMLP,
    GroupNormalization,
    LocalResponseNormalization,
    SpatialBatchNormalization,
)
from brickyard.bricks.parallel import Parallel
from brickyard.bricks.parameters import Parameters
from brickyard.bricks.permutation import FixedPermutation
from brickyard.bricks.select import Path, Selector
from brickyard.bricks.sequences import FeedforwardSequence, Sequence
from brickyard.bricks.softmax import NDimensionalSoftmax, Softmax
from brickyard.bricks.wrappers import BrickWrapper, WithExtraDims

__all__ = [
    "BRICK_DELIMITER",
    "ELU",
    "GELU",
    "MLP",
    "UNSET",
    "Activation",
    "Application",
    "ApplicationCall",
    "AveragePooling",
    "BatchNormalization",
    "BatchNormalizedMLP",
    "Bias",
    "BoundApplication",
    "Brick",
    "BrickWrapper",
    "Children",
    "Convolutional",
    "ConvolutionalSequence",
    "ConvolutionalTranspose",
    "DepthwiseConvolutional",
    "Distribute",
    "Feedforward",
    "FeedforwardSequence",
    "FixedPermutation",
    "Flattener",
    "Fork",
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "GlobalPooling",
    "GroupNormalization",
    "GroupedConvolutional",
    "Identity",
    "Initializable",
    "LeakyRectifier",
    "Linear",
    "LinearLike",
    "LinearMaxout",
    "LocalResponseNormalization",
    "Logistic",
    "LookupTable",
    "MaxPooling",
    "Maxout",
    "Merge",
    "NDimensionalSoftmax",
    "Parallel",
    "Parameters",
    "Path",
    "Pooling",
    "RNGMixin",
    "Random",
    "Rectifier",
    "Selector",
    "Sequence",
    "SiLU",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpatialBatchNormalization",
    "Swish",
    "Tanh",
    "WithExtraDims",
    "application",
    "lazy",
]

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
from brickyard.bricks.attention import (
    AbstractAttention,
    AbstractAttentionRecurrent,
    AttentionRecurrent,
    CausalSelfAttention,
    GenericSequenceAttention,
    LearnedPositions,
    MultiHeadAttention,
    SequenceContentAttention,
    ShallowEnergyComputer,
    SimpleSequenceAttention,
    SinusoidalPositions,
    TransformerBlock,
    masked_softmax,
)
from brickyard.bricks.base import Brick
from brickyard.bricks.bias import Bias
from brickyard.bricks.children import Children
from brickyard.bricks.class_factored_softmax import (
    ClassFactoredSoftmax,
    balanced_classes,
    equal_size_classes,
)
from brickyard.bricks.compositions import (
    Branches,
    ImageBrick,
    Inception,
    ProjectedResidualBlock,
    Residual,
    ResidualBlock,
)
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
from brickyard.bricks.layer_normalization import (
    LayerNormalization,
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
from brickyard.bricks.recurrent import (
    LSTM,
    BaseRecurrent,
    Bidirectional,
    GatedRecurrent,
    RecurrentApplication,
    RecurrentStack,
    SimpleRecurrent,
)
from brickyard.bricks.search import (
    BeamSearch,
)
from brickyard.bricks.select import Path, Selector
from brickyard.bricks.sequence_generators import (
    AbstractEmitter,
    AbstractFeedback,
    AbstractReadout,
    BaseSequenceGenerator,
    ClassFactoredSoftmaxEmitter,
    FakeAttentionRecurrent,
    IntegerEmitter,
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
    TrivialEmitter,
    TrivialFeedback,
)
from brickyard.bricks.sequences import FeedforwardSequence, Sequence
from brickyard.bricks.softmax import NDimensionalSoftmax, Softmax
from brickyard.bricks.wrappers import BrickWrapper, WithExtraDims

__all__ = [
    "BRICK_DELIMITER",
    "ELU",
    "GELU",
    "LSTM",
    "MLP",
    "UNSET",
    "AbstractAttention",
    "AbstractAttentionRecurrent",
    "AbstractEmitter",
    "AbstractFeedback",
    "AbstractReadout",
    "Activation",
    "Application",
    "ApplicationCall",
    "AttentionRecurrent",
    "AveragePooling",
    "BaseRecurrent",
    "BaseSequenceGenerator",
    "BatchNormalization",
    "BatchNormalizedMLP",
    "BeamSearch",
    "Bias",
    "Bidirectional",
    "BoundApplication",
    "Branches",
    "Brick",
    "BrickWrapper",
    "CausalSelfAttention",
    "Children",
    "ClassFactoredSoftmax",
    "ClassFactoredSoftmaxEmitter",
    "Convolutional",
    "ConvolutionalSequence",
    "ConvolutionalTranspose",
    "DepthwiseConvolutional",
    "Distribute",
    "FakeAttentionRecurrent",
    "Feedforward",
    "FeedforwardSequence",
    "FixedPermutation",
    "Flattener",
    "Fork",
    "GatedRecurrent",
    "GenericSequenceAttention",
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "GlobalPooling",
    "GroupNormalization",
    "GroupedConvolutional",
    "Identity",
    "ImageBrick",
    "Inception",
    "Initializable",
    "IntegerEmitter",
    "LayerNormalization",
    "LeakyRectifier",
    "LearnedPositions",
    "Linear",
    "LinearLike",
    "LinearMaxout",
    "LocalResponseNormalization",
    "Logistic",
    "LookupFeedback",
    "LookupTable",
    "MaxPooling",
    "Maxout",
    "Merge",
    "MultiHeadAttention",
    "NDimensionalSoftmax",
    "Parallel",
    "Parameters",
    "Path",
    "Pooling",
    "ProjectedResidualBlock",
    "RNGMixin",
    "Random",
    "Readout",
    "Rectifier",
    "RecurrentApplication",
    "RecurrentStack",
    "Residual",
    "ResidualBlock",
    "Selector",
    "Sequence",
    "SequenceContentAttention",
    "SequenceGenerator",
    "ShallowEnergyComputer",
    "SiLU",
    "SimpleRecurrent",
    "SimpleSequenceAttention",
    "SinusoidalPositions",
    "Softmax",
    "SoftmaxEmitter",
    "Softplus",
    "Softsign",
    "SpatialBatchNormalization",
    "Swish",
    "Tanh",
    "TransformerBlock",
    "TrivialEmitter",
    "TrivialFeedback",
    "WithExtraDims",
    "application",
    "balanced_classes",
    "equal_size_classes",
    "lazy",
    "masked_softmax",
]

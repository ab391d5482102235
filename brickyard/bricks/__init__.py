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
from brickyard.bricks.mlp import MLP
from brickyard.bricks.naming import BRICK_DELIMITER
from brickyard.bricks.parameters import Parameters
from brickyard.bricks.permutation import FixedPermutation
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
    "Bias",
    "BoundApplication",
    "Brick",
    "BrickWrapper",
    "Children",
    "Feedforward",
    "FeedforwardSequence",
    "FixedPermutation",
    "Identity",
    "Initializable",
    "LeakyRectifier",
    "Linear",
    "LinearLike",
    "Logistic",
    "NDimensionalSoftmax",
    "Parameters",
    "RNGMixin",
    "Random",
    "Rectifier",
    "Sequence",
    "SiLU",
    "Softmax",
    "Softplus",
    "Softsign",
    "Swish",
    "Tanh",
    "WithExtraDims",
    "application",
    "lazy",
]

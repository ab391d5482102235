"""Initializers: recipes for the first values of parameters."""

from brickyard.bricks.initialization.base import NdarrayInitialization
from brickyard.bricks.initialization.constant import (
    Constant,
    Identity,
    PermutationMatrix,
)
from brickyard.bricks.initialization.orthogonal import Orthogonal
from brickyard.bricks.initialization.random import IsotropicGaussian, Uniform
from brickyard.bricks.initialization.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LeCunNormal,
    LeCunUniform,
    fan_in_and_fan_out,
)
from brickyard.bricks.initialization.sparse import Sparse, SparseND

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IsotropicGaussian",
    "LeCunNormal",
    "LeCunUniform",
    "NdarrayInitialization",
    "Orthogonal",
    "PermutationMatrix",
    "Sparse",
    "SparseND",
    "Uniform",
    "fan_in_and_fan_out",
]

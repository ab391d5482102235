"""Costs: bricks that compare predictions with targets and return one number.

Arguments are the targets `y` first and the predictions `y_hat` second.
"""

from brickyard.bricks.cost.base import Cost, CostMatrix
from brickyard.bricks.cost.categorical import (
    CategoricalCrossEntropy,
    MisclassificationRate,
)
from brickyard.bricks.cost.elementwise import (
    AbsoluteError,
    BinaryCrossEntropy,
    SquaredError,
)

__all__ = [
    "AbsoluteError",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Cost",
    "CostMatrix",
    "MisclassificationRate",
    "SquaredError",
]

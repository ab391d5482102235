"""Training algorithms and the step rules they are built from."""

from brickyard.training.algorithms.adadelta import AdaDelta
from brickyard.training.algorithms.adagrad import AdaGrad
from brickyard.training.algorithms.adam import Adam, AMSGrad
from brickyard.training.algorithms.adamw import AdamW
from brickyard.training.algorithms.base import TrainingAlgorithm
from brickyard.training.algorithms.buffers import add_buffer
from brickyard.training.algorithms.clipping import StepClipping, VariableClipping
from brickyard.training.algorithms.composite import CompositeRule
from brickyard.training.algorithms.finite_cost import NonFiniteCostError
from brickyard.training.algorithms.gradient_descent import GradientDescent
from brickyard.training.algorithms.lion import Lion
from brickyard.training.algorithms.momentum import (
    BasicMomentum,
    BasicNesterovMomentum,
    Momentum,
    NesterovMomentum,
)
from brickyard.training.algorithms.nadam import NAdam
from brickyard.training.algorithms.not_finite import RemoveNotFinite
from brickyard.training.algorithms.rates import Clock
from brickyard.training.algorithms.restrict import Restrict
from brickyard.training.algorithms.rmsprop import BasicRMSProp, RMSProp
from brickyard.training.algorithms.scale import Scale
from brickyard.training.algorithms.step_rule import StepRule
from brickyard.training.algorithms.updates import UpdatesAlgorithm

__all__ = [
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "BasicMomentum",
    "BasicNesterovMomentum",
    "BasicRMSProp",
    "Clock",
    "CompositeRule",
    "GradientDescent",
    "Lion",
    "Momentum",
    "NAdam",
    "NesterovMomentum",
    "NonFiniteCostError",
    "RMSProp",
    "RemoveNotFinite",
    "Restrict",
    "Scale",
    "StepClipping",
    "StepRule",
    "TrainingAlgorithm",
    "UpdatesAlgorithm",
    "VariableClipping",
    "add_buffer",
]

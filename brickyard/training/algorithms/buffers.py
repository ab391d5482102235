"""What a step rule remembers of each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import shared
from brickyard.graph.roles import ALGORITHM_BUFFER, add_role

if TYPE_CHECKING:
    from brickyard.training.algorithms.step_rule import StepRule


def add_buffer(
    rule: StepRule, parameter: TensorVariable, name: str
) -> TensorSharedVariable:
    """Make a shared variable of zeros beside a parameter.

    Parameters
    ----------
    rule
        The rule that makes it.
    parameter
        The parameter it belongs to.
    name
        The name of the buffer, unique for the rule and the parameter; in the state of
        an algorithm it is ``<parameter's path>/<rule's name>/<name>``.

    Returns
    -------
    SharedVariable
        Zeros of the parameter's dtype, shape and static shape, with the role
        ALGORITHM_BUFFER; ``tag.for_parameter`` is the parameter and ``tag.step_rule``
        the rule.

    Raises
    ------
    TypeError
        If the parameter is not a shared variable, for its shape is not known then.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> from brickyard.training.algorithms import BasicMomentum
    >>> W = shared([[1.0, 2.0]], name="W", dtype="floatX")
    >>> velocity = add_buffer(BasicMomentum(0.9), W, "velocity")
    >>> velocity.get_value().tolist(), velocity.tag.for_parameter is W
    ([[0.0, 0.0]], True)
    """
    if not isinstance(parameter, SharedVariable):
        raise TypeError(
            f"{type(rule).__name__}: a parameter must be a shared variable, got "
            f"{parameter} ({type(parameter).__name__})"
        )
    zeros = np.zeros(parameter.get_value(borrow=True).shape, parameter.type.dtype)
    if parameter.type.shape == zeros.shape:
        buffer = shared(zeros, name=name)
    else:
        buffer = pytensor.shared(zeros, name=name, shape=parameter.type.shape)
    add_role(buffer, ALGORITHM_BUFFER)
    buffer.tag.for_parameter = parameter
    buffer.tag.step_rule = rule
    return buffer

"""Telling arrays of zeros."""

from __future__ import annotations

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.basic import Alloc


def is_zero(variable: Variable) -> bool:
    """Return whether a variable is known to be zero everywhere.

    Parameters
    ----------
    variable
        The variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> is_zero(pt.zeros((2, pt.lscalar())))
    True
    >>> is_zero(pt.dvector())
    False
    """
    if isinstance(variable, Constant):
        return not np.any(variable.data)
    if variable.owner is None or not isinstance(variable.owner.op, Alloc):
        return False
    return is_zero(variable.owner.inputs[0])

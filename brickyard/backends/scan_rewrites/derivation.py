"""What follows from values that are known in all steps of a loop."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from pytensor.graph.basic import Constant, Variable

from brickyard.backends.scan_rewrites.cost import is_cheap
from brickyard.backends.scan_rewrites.stacking import stacked


def follows(variable: Variable, known: Container[Variable]) -> bool:
    """Return whether a variable of a step is cheaply computed from known ones.

    Parameters
    ----------
    variable
        The variable.
    known
        Variables of the step.
    """
    if variable in known or isinstance(variable, Constant):
        return True
    node = variable.owner
    return (
        node is not None
        and is_cheap(node)
        and all(follows(v, known) for v in node.inputs)
    )


def derived(variable: Variable, values: dict[Variable, Any]) -> Any | None:
    """Return the values of a variable of a step in all steps.

    Parameters
    ----------
    variable
        A variable that follows from known ones.
    values
        The values of those in all steps, or the one they always have; what is
        computed is added.

    Returns
    -------
    TensorVariable or None
        The values, computed after the loop; None if that is only possible in it.
    """
    if variable not in values and variable.owner is not None:
        node = variable.owner
        operands: list[Any] = [
            v if isinstance(v, Constant) else derived(v, values) for v in node.inputs
        ]
        results = None if any(v is None for v in operands) else stacked(node, operands)
        if results is None:
            return None
        values.update(zip(node.outputs, results, strict=True))
    return values.get(variable)

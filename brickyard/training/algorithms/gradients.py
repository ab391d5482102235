"""Gradients of a cost, with messages that name the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytensor
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Variable
from pytensor.graph.null_type import NullType
from pytensor.graph.traversal import ancestors

from brickyard.backends.quick_shapes import shapes_at_sight


def check_cost(cost: object, owner: str) -> None:
    """Raise unless a gradient of a variable can be taken.

    Parameters
    ----------
    cost
        What was passed as the cost.
    owner
        The algorithm, for the message.

    Raises
    ------
    TypeError
        If it is no variable.
    ValueError
        If it is no scalar, or not of a float dtype.
    """
    if not isinstance(cost, Variable):
        raise TypeError(
            f"{owner}: cost must be a scalar variable, got {type(cost).__name__}"
        )
    if cost.type.ndim != 0:
        raise ValueError(
            f"{owner}: cost must be a scalar, got {cost} with {cost.type.ndim} "
            f"dimensions; take its mean: {cost}.mean()"
        )
    if not cost.type.dtype.startswith("float"):
        raise ValueError(
            f"{owner}: cost must be of a float dtype, got {cost} of {cost.type.dtype}, "
            "which has no gradient"
        )


def compute_gradients(
    cost: Variable,
    paths: Mapping[SharedVariable, str],
    known_grads: Mapping[Variable, Variable] | None,
    consider_constant: Sequence[Variable] | None,
    owner: str,
) -> dict[SharedVariable, Variable]:
    """Differentiate a cost with respect to parameters.

    Parameters
    ----------
    cost
        A float scalar.
    paths
        The names of the parameters, by parameter, in the order of the result.
    known_grads
        Gradients of the cost with respect to other variables that are used as they are.
    consider_constant
        Variables through which nothing is differentiated.
    owner
        The algorithm, for messages.

    Returns
    -------
    dict
        The gradients by parameter.

    Raises
    ------
    ValueError
        If the cost does not depend on a parameter, not in a differentiable way, or the
        gradient is not defined.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0, 2.0], name="W", dtype="floatX")
    >>> gradients = compute_gradients((W**2).sum(), {W: "W"}, None, None, "doctest")
    >>> evaluate(gradients[W]).tolist()
    [2.0, 4.0]
    """
    with shapes_at_sight():
        gradients: Any = pytensor.grad(
            cost,
            list(paths),
            consider_constant=list(consider_constant) if consider_constant else None,
            known_grads=dict(known_grads) if known_grads else None,
            disconnected_inputs="ignore",
            return_disconnected="disconnected",
            null_gradients="return",
        )
    found = dict(zip(paths, gradients, strict=True))
    _check_connected(cost, paths, found, known_grads or {}, owner)
    for parameter, gradient in found.items():
        if isinstance(gradient.type, NullType):
            raise ValueError(
                f"{owner}: the gradient of {cost} with respect to {paths[parameter]} "
                f"is not defined: {gradient.type.why_null}"
            )
    return found


def _check_connected(
    cost: Variable,
    paths: Mapping[SharedVariable, str],
    gradients: Mapping[SharedVariable, Variable],
    known_grads: Mapping[Variable, Variable],
    owner: str,
) -> None:
    lost = [p for p, g in gradients.items() if isinstance(g.type, DisconnectedType)]
    if not lost:
        return
    graph = set(ancestors([cost, *known_grads]))
    absent = [paths[parameter] for parameter in lost if parameter not in graph]
    blocked = [paths[parameter] for parameter in lost if parameter in graph]
    problems = []
    if absent:
        problems.append(f"{cost} does not depend on {', '.join(absent)}")
    if blocked:
        problems.append(
            f"{cost} depends on {', '.join(blocked)} only through operations without "
            "a gradient, such as its shape, or through consider_constant"
        )
    raise ValueError(
        f"{owner}: {'; '.join(problems)}. Train what the cost depends on: "
        "parameters=ComputationGraph(cost).parameters, or leave these out"
    )

"""Random draws inside of a step.

The gradient of a scan runs the step again, and PyTensor gives every step of that run
the generator that the first one began with: other numbers than the loop drew. So draws
that do not depend on the values of states are made in a loop of their own, and are
sequences for the step and its gradient. Where a draw depends on states, as when a
network reads what it generates, results that depend on it have no gradient.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.random.type import RandomType
from pytensor.tensor.shape import Shape, Shape_i

from brickyard.backends import default_update_of
from brickyard.backends.random import is_generator
from brickyard.graph.traversal import sorted_nodes

Updates = dict[Any, Variable]


@dataclass(frozen=True)
class Draws:
    """What a step draws.

    Parameters
    ----------
    free
        Drawn variables that do not depend on the values of states.
    free_updates
        The generators they come from, with what each becomes in a step.
    bound
        Drawn variables that depend on states.
    bound_updates
        The generators they come from, with what each becomes in a step.
    """

    free: list[Variable]
    free_updates: Updates
    bound: list[Variable]
    bound_updates: Updates


def find_draws(outputs: Sequence[Variable], states: Collection[Variable]) -> Draws:
    """Return what a step draws, and from which generators.

    Parameters
    ----------
    outputs
        The outputs of the step.
    states
        Its states.

    Returns
    -------
    Draws
        All random draws on the way to the outputs. Shapes of states never change, so
        draws of the shape of a state are free.
    """
    updates: Updates = {}
    for root in graph_inputs(list(outputs)):
        if isinstance(root, SharedVariable) and is_generator(root):
            update = default_update_of(root)
            if update is not None:
                updates[root] = update
    draws = Draws([], {}, [], {})
    depending = set(states)
    for node in sorted_nodes([*outputs, *updates.values()]):
        generators = [v for v in node.inputs if v in updates]
        if _depends(node, depending):
            depending.update(node.outputs)
            drawn, advanced = draws.bound, draws.bound_updates
        else:
            drawn, advanced = draws.free, draws.free_updates
        if generators:
            drawn.extend(v for v in node.outputs if not isinstance(v.type, RandomType))
            advanced.update({v: updates[v] for v in generators})
    return draws


def outputs_without_gradient(
    outputs: Mapping[str, Variable],
    states: Mapping[str, Variable],
    draws: Iterable[Variable],
) -> set[str]:
    """Return the names of outputs that depend on draws, now or from step to step.

    Parameters
    ----------
    outputs
        The outputs of a step by name; those of states are the next states.
    states
        The states by name.
    draws
        The draws.
    """
    tainted = set(draws)
    if not tainted:
        return set()
    found: set[str] = set()
    while True:
        for node in sorted_nodes(outputs.values()):
            if _depends(node, tainted):
                tainted.update(node.outputs)
        now = {name for name, output in outputs.items() if output in tainted}
        if now == found:
            return found
        found = now
        tainted.update(states[name] for name in now if name in states)


def _depends(node: Apply, variables: Collection[Variable]) -> bool:
    """Tell whether a node uses the value, not only the shape, of a variable."""
    if isinstance(node.op, Shape | Shape_i):
        return False
    return any(v in variables for v in node.inputs)

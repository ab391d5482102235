"""What a loop computes from its sequences alone, computed before it."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scan.op import Scan
from pytensor.tensor.basic import Alloc
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.scan_rewrites.cost import is_cheap
from brickyard.backends.scan_rewrites.loop import (
    Loop,
    Operand,
    is_plain_loop,
    row_type,
)
from brickyard.backends.scan_rewrites.stacking import stacked


@node_rewriter([Scan])
def compute_known_before_loop(
    fgraph: FunctionGraph, node: Apply
) -> dict[Any, Any] | None:
    """Compute before a loop, for all steps at once, what no earlier step decides.

    Input projections ``x[t] @ U`` become one product of all rows of all steps. In the
    gradient of a loop the states are known sequences, too: the gates that it computes
    again, and their products, leave the loop. Nothing leaves it that would take more
    memory than what it is computed from, and no sum or product of numbers that can be
    computed from what the loop reads anyway.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if nothing can leave it.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    values, moved = _known_values(loop)
    given = [
        output
        for output in loop.outputs
        if output.inner in values
        and loop.keeps_all(output)
        and _has_rows(output.inner, values[output.inner])
    ]
    for output in given:
        loop.outputs.remove(output)
    substitutions = {}
    for variable in _to_be_read(loop, values, moved):
        value = values[variable]
        if _stays(variable, value):
            continue
        kind = loop.sequences if _has_rows(variable, value) else loop.constants
        operand = _operand(variable, value)
        if operand is not None:
            kind.append(operand)
            substitutions[variable] = operand.inner
    if not substitutions and not given:
        return None
    _, replacements = loop.build(substitutions)
    for output in given:
        value = values[output.inner]
        loop.give(output, value, replacements)
    return {**replacements, "remove": [node]}


def _known_values(loop: Loop) -> tuple[dict[Variable, Any], set[Apply]]:
    """Return the values of what can be computed before the loop, and the nodes."""
    values: dict[Variable, Any] = {**loop.given()}
    moved: set[Apply] = set()
    for node in loop.op.fgraph.toposort():
        if not all(v in values or isinstance(v, Constant) for v in node.inputs):
            continue
        results = stacked(node, [values.get(v, v) for v in node.inputs])
        if results is not None:
            moved.add(node)
            values.update(zip(node.outputs, results, strict=True))
    return values, moved


def _still_read(loop: Loop, moved: set[Apply]) -> list[Variable]:
    """Return the variables made by moved nodes that the rest of the step reads."""
    step = loop.op.fgraph
    kept = [v for state in loop.carried for v in state.writes]
    kept += [output.inner for output in loop.outputs]
    seen: dict[Variable, None] = {}
    pending = list(kept)
    visited: set[Variable] = set()
    while pending:
        variable = pending.pop()
        if variable in visited:
            continue
        visited.add(variable)
        if variable.owner in moved:
            seen[variable] = None
        elif variable.owner is not None:
            pending.extend(variable.owner.inputs)
    order = {node: k for k, node in enumerate(step.toposort())}
    return sorted(seen, key=lambda v: order[v.owner])


def _to_be_read(
    loop: Loop, values: dict[Variable, Any], moved: set[Apply]
) -> list[Variable]:
    """Leave out what is cheaply computed from other things that the loop reads."""
    read = dict.fromkeys(_still_read(loop, moved))
    given = {operand.inner for operand in [*loop.sequences, *loop.constants]}

    def is_at_hand(variable: Variable) -> bool:
        if variable in read or variable in given or isinstance(variable, Constant):
            return True
        return variable.owner in moved and can_be_computed(variable)

    def can_be_computed(variable: Variable) -> bool:
        node = variable.owner
        return (
            _has_rows(variable, values[variable])
            and is_cheap(node)
            and all(is_at_hand(v) for v in node.inputs)
        )

    for variable in reversed(list(read)):
        del read[variable]
        if not can_be_computed(variable):
            read[variable] = None
    return list(reversed(read))


def _has_rows(variable: Variable, value: Variable) -> bool:
    return value.type.ndim > variable.type.ndim


def _stays(variable: Variable, value: Variable) -> bool:
    """Return whether a value is cheaper made again than read in each step."""
    if _has_rows(variable, value):
        return False
    return isinstance(value, Constant) or isinstance(value.owner.op, Alloc)


def _operand(variable: Variable, value: TensorVariable) -> Operand | None:
    inner = row_type(value) if _has_rows(variable, value) else value.type()
    if not isinstance(variable.type, TensorType):
        return None
    if not variable.type.is_super(inner.type):
        return None
    return Operand(inner, value)

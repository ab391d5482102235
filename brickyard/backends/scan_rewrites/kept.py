"""Values that a loop keeps for its gradient."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scan.op import Scan

from brickyard.backends.scan_rewrites.cost import is_cheap
from brickyard.backends.scan_rewrites.loop import (
    Loop,
    Operand,
    is_plain_loop,
    row_type,
)
from brickyard.backends.scan_rewrites.row_ranges import computed_rows, rows_read


@node_rewriter([Scan])
def keep_for_gradient(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Read products and functions of the states instead of computing them again.

    The gradient of a loop starts from its states and computes all else again. What
    the loop has computed already, and is not just a sum or a product of numbers, it
    returns as well, and the gradient reads it from the last step to the first.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop that is the gradient of another one.

    Returns
    -------
    dict or None
        What takes the place of the results of both loops; None if there is nothing
        to keep, or lengths are not known.
    """
    if not is_plain_loop(node):
        return None
    for earlier in _loops_before(node):
        loop, first = Loop(node), Loop(earlier)
        same = _same_variables(loop, first)
        kept = _worth_keeping(loop, first, same)
        if kept:
            return _with_kept(loop, first, {v: same[v] for v in kept})
    return None


def _with_kept(
    loop: Loop, first: Loop, kept: dict[Variable, Variable]
) -> dict[Any, Any]:
    outputs = {v: first.output(earlier) for v, earlier in kept.items()}
    new_first, of_first = first.build()
    substitutions: dict[Variable, Variable] = {}
    for variable, output in outputs.items():
        values = first.result_of(new_first, output)[::-1]
        operand = Operand(row_type(values), values)
        loop.sequences.append(operand)
        substitutions[variable] = operand.inner
    _, replacements = loop.build(substitutions)
    return {**replacements, **of_first}


def _loops_before(node: Apply) -> Iterator[Apply]:
    """Yield the loops whose results a loop reads as sequences."""
    found = dict.fromkeys(
        rows.base.owner
        for outer in node.op.outer_seqs(node.inputs)
        if (rows := rows_read(outer)) is not None and rows.base.owner is not None
    )
    yield from (each for each in found if is_plain_loop(each))


def _same_variables(loop: Loop, first: Loop) -> dict[Variable, Variable]:
    """Return, for variables of a step, those that an earlier loop computed alike.

    What the earlier loop had in step t the later one has in step T - 1 - t.
    """
    same: dict[Variable, Variable] = {}
    read = dict(_reads(first))
    for operand in loop.sequences:
        if loop.is_whole(operand.outer.type.shape[0]):
            original = read.get(computed_rows(operand.outer))
            if original is not None:
                same[operand.inner] = original
    fixed = {operand.outer: operand.inner for operand in first.constants}
    for operand in loop.constants:
        if operand.outer in fixed:
            same[operand.inner] = fixed[operand.outer]
    known = {
        (node.op, tuple(map(_key, node.inputs))): node
        for node in first.op.fgraph.toposort()
    }
    for node in loop.op.fgraph.toposort():
        if all(v in same or isinstance(v, Constant) for v in node.inputs):
            inputs = tuple(_key(same.get(v, v)) for v in node.inputs)
            twin = known.get((node.op, inputs))
            if twin is not None:
                same.update(zip(node.outputs, twin.outputs, strict=True))
    return same


def _key(variable: Variable) -> Hashable:
    return variable.signature() if isinstance(variable, Constant) else variable


def _reads(first: Loop) -> Iterator[tuple[Hashable, Variable]]:
    """Yield, for rows read from the last step to the first, the variable of a step."""
    if not isinstance(first.steps, Constant):
        return
    steps = int(first.steps.data)
    pairs = [(operand.outer, 0, operand.inner) for operand in first.sequences]
    for state in [*first.windows, *first.states]:
        oldest = min(state.read_at)
        for tap, read in zip(state.read_at, state.reads, strict=True):
            pairs.append((state.result, tap - oldest, read))
        pairs.append((state.result, -oldest, state.writes[0]))
    pairs += [
        (output.result, 0, output.inner)
        for output in first.outputs
        if output.result is not None
    ]
    for outer, offset, variable in pairs:
        length = outer.type.shape[0]
        if length is not None and length >= offset + steps:
            positions = range(offset, offset + steps)[::-1]
            yield computed_rows(outer, positions), variable


def _worth_keeping(
    loop: Loop, first: Loop, same: dict[Variable, Variable]
) -> list[Variable]:
    """Return the variables that the gradient should read rather than compute."""
    no_state = _without_states(first)
    pending = [v for state in loop.carried for v in state.writes]
    pending += [output.inner for output in loop.outputs]
    kept: dict[Variable, None] = {}
    visited: set[Variable] = set()
    while pending:
        variable = pending.pop()
        if variable in visited or variable.owner is None:
            continue
        visited.add(variable)
        earlier = same.get(variable)
        if (
            earlier is not None
            and earlier not in no_state
            and not is_cheap(variable.owner)
        ):
            kept[variable] = None
        else:
            pending.extend(variable.owner.inputs)
    return list(kept)


def _without_states(first: Loop) -> set[Variable]:
    """Return the variables of a step that can be computed before the loop."""
    known = set(first.given())
    for node in first.op.fgraph.toposort():
        if all(v in known or isinstance(v, Constant) for v in node.inputs):
            known.update(node.outputs)
    return known

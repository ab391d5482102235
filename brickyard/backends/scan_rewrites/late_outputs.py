"""Outputs of a loop that are computed after it."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import AbstractFunctionGraph, FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.graph.traversal import ancestors
from pytensor.scan.op import Scan
from pytensor.tensor.math import Dot

from brickyard.backends.scan_rewrites.loop import Loop, Output, is_plain_loop
from brickyard.backends.scan_rewrites.stacking import rows_like, stacked


@node_rewriter([Scan])
def project_after_loop(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Compute the products of outputs with constants of a loop after it.

    What no later step reads can wait. An output projection ``h[t] @ V``, or the
    gradient with respect to the input of a layer, becomes one product of all rows of
    all steps; what a step does with the product follows it.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if it has no such output.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    late = _late_nodes(loop)
    moved = [
        output
        for output in loop.outputs
        if output.inner.owner in late and loop.keeps_all(output)
    ]
    if not moved:
        return None
    given = loop.given()
    traced: dict[Variable, Output] = {}
    for output in moved:
        loop.outputs.remove(output)
    for read in _read_by(late):
        if read not in given and not isinstance(read, Constant):
            traced[read] = loop.output(read)
    new, replacements = loop.build()
    values: dict[Variable, Any] = given | {
        v: loop.result_of(new, output) for v, output in traced.items()
    }
    for each in loop.op.fgraph.toposort():
        if each in late:
            results = stacked(each, [values.get(v, v) for v in each.inputs])
            if results is None:
                return None
            values.update(zip(each.outputs, results, strict=True))
    for output in moved:
        value = values[output.inner]
        loop.give(output, value, replacements)
    return {**replacements, "remove": [node]}


def _late_nodes(loop: Loop) -> set[Apply]:
    """Return the nodes of a step that can be computed after the loop."""
    step = loop.op.fgraph
    carried = [v for state in loop.carried for v in state.writes]
    needed = {v.owner for v in ancestors(carried) if v.owner is not None}
    fixed = _unchanging(loop)
    late: set[Apply] = set()
    for node in step.toposort():
        if node in needed:
            continue
        projects = isinstance(node.op, Dot) and any(v in fixed for v in node.inputs)
        if projects or any(v.owner in late for v in node.inputs):
            late.add(node)
    # What is read again in a step, or cannot be computed for all steps, stays in it.
    for node in reversed(step.toposort()):
        clients = [client for v in node.outputs for client, _ in step.clients[v]]
        inside = [c for c in clients if c not in late and not _is_output(step, c)]
        if node in late and (inside or not _can_be_stacked(node, fixed)):
            late.discard(node)
    return _reaching_outputs(step, late)


def _reaching_outputs(step: AbstractFunctionGraph, late: set[Apply]) -> set[Apply]:
    """Leave out nodes whose inputs were meant to be late and are not."""
    kept = set(late)
    for node in step.toposort():
        if node in kept and not any(
            isinstance(each.op, Dot) for each in _late_ancestors(node, kept)
        ):
            kept.discard(node)
    return kept


def _late_ancestors(node: Apply, late: set[Apply]) -> set[Apply]:
    found, pending = set(), [node]
    while pending:
        each = pending.pop()
        if each in late and each not in found:
            found.add(each)
            pending.extend(v.owner for v in each.inputs if v.owner is not None)
    return found


def _is_output(step: AbstractFunctionGraph, client: Apply) -> bool:
    return client not in step.apply_nodes


def _unchanging(loop: Loop) -> set[Variable]:
    fixed = {operand.inner for operand in loop.constants}
    for node in loop.op.fgraph.toposort():
        if all(v in fixed or isinstance(v, Constant) for v in node.inputs):
            fixed.update(node.outputs)
    return fixed


def _can_be_stacked(node: Apply, fixed: set[Variable]) -> bool:
    operands: list[Any] = [
        v if v in fixed or isinstance(v, Constant) else rows_like(v)
        for v in node.inputs
    ]
    return stacked(node, operands) is not None


def _read_by(nodes: set[Apply]) -> list[Variable]:
    """Return what nodes read that others made, each once."""
    read = dict.fromkeys(v for node in nodes for v in node.inputs)
    return [v for v in read if v.owner not in nodes]

"""Gates that are columns of one array, as arrays of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.graph.rewriting.basic import (
    EquilibriumGraphRewriter,
    node_rewriter,
)
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import IncSubtensor, Subtensor

from brickyard.backends.joined_columns import (
    join_columns,
    joined_columns,
    sliced_columns,
)
from brickyard.backends.scan_rewrites.loop import rebuilt


@node_rewriter([Scan])
def separate_columns(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Compute columns that a step takes apart as arrays of their own.

    Gates are often columns of one product. Where a step reads them as slices, the
    loops that XLA makes of it are not vectorised: slices of a product become products
    with slices of the weight, which leave the loop, and what the gradient adds up out
    of slices is joined once, at the end. Where shapes are not known, nothing changes.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    list of Variable or None
        What takes the place of its results; None if a step slices no columns.
    """
    step = node.op.fgraph
    sliced = (Subtensor, IncSubtensor)
    if not any(isinstance(each.op, sliced) for each in step.apply_nodes):
        return None
    step = step.clone()
    EquilibriumGraphRewriter(
        [join_columns, _apply_to_parts, _slice_operands, _slice_weight, _take_part],
        max_use_ratio=10,
    ).rewrite(step)
    op = rebuilt(node.op, step.inputs, step.outputs, node.op.info)
    made = op.make_node(*node.inputs)
    return Apply(op, made.inputs, [v.type() for v in node.outputs]).outputs


def _slice(variable: Variable, start: int, stop: int) -> Any:
    if variable.type.shape[-1] == 1:
        return variable
    rows = (slice(None),) * (variable.type.ndim - 1)
    return variable[(*rows, slice(start, stop))]  # type: ignore[index]


def _slices_of(
    fgraph: FunctionGraph, variable: Variable
) -> dict[Apply, tuple[int, int]] | None:
    """Return the nodes that take columns of a variable, if nothing else reads it."""
    found = {}
    for client, _ in fgraph.clients[variable]:
        if isinstance(client.op, Output) or not isinstance(client.op, Subtensor):
            return None
        columns = sliced_columns(client)
        if columns is None:
            return None
        found[client] = columns
    ranges = sorted(set(found.values()))
    apart = all(first[1] <= second[0] for first, second in pairwise(ranges))
    return found if apart and len(ranges) > 1 else None


@node_rewriter([Elemwise])
def _slice_operands(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Compute ``f(a, b)[:, columns]`` as ``f(a[:, columns], b[:, columns])``."""
    if len(node.outputs) != 1 or node.outputs[0].type.ndim == 0:
        return None
    slices = _slices_of(fgraph, node.outputs[0])
    if slices is None:
        return None
    return {
        client.outputs[0]: node.op(*[_slice(v, *columns) for v in node.inputs])
        for client, columns in slices.items()
    }


@node_rewriter([Dot])
def _slice_weight(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Compute ``(a @ W)[:, columns]`` as ``a @ W[:, columns]``."""
    slices = _slices_of(fgraph, node.outputs[0])
    left, weight = node.inputs
    if slices is None or weight.owner is not None:
        return None
    return {
        client.outputs[0]: node.op(left, _slice(weight, *columns))
        for client, columns in slices.items()
    }


def _bounds(parts: Sequence[Variable]) -> list[tuple[int, int]]:
    ends = np.cumsum([part.type.shape[-1] for part in parts]).tolist()
    return list(pairwise([0, *ends]))


@node_rewriter([Elemwise])
def _apply_to_parts(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Compute ``f([a, b], c)`` as ``[f(a, c[:, :n]), f(b, c[:, n:])]``."""
    if len(node.outputs) != 1:
        return None
    all_parts = [parts for v in node.inputs if (parts := joined_columns(v)) is not None]
    if not all_parts:
        return None
    bounds = _bounds(all_parts[0])
    if any(_bounds(parts) != bounds for parts in all_parts):
        return None
    results = []
    for place, columns in enumerate(bounds):
        operands = []
        for operand in node.inputs:
            parts = joined_columns(operand)
            operands.append(
                _slice(operand, *columns) if parts is None else parts[place]
            )
        results.append(node.op(*operands))
    return [pt.join(node.outputs[0].type.ndim - 1, *results)]


@node_rewriter([Subtensor])
def _take_part(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Read ``[a, b][:, :n]`` as ``a``."""
    parts = joined_columns(node.inputs[0])
    columns = None if parts is None else sliced_columns(node)
    if parts is None or columns is None:
        return None
    for part, bounds in zip(parts, _bounds(parts), strict=True):
        if bounds == columns:
            return [part]
    return None

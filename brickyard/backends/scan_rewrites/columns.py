"""Gates that are columns of one array, as arrays of their own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.graph.rewriting.basic import (
    EquilibriumGraphRewriter,
    node_rewriter,
)
from pytensor.scalar.basic import Add
from pytensor.scan.op import Scan
from pytensor.tensor.basic import Alloc, Join
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import (
    IncSubtensor,
    Subtensor,
    indices_from_subtensor,
)

from brickyard.backends.scan_rewrites.loop import rebuilt

Part = tuple[int, int, Variable]


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
        [_join_parts, _apply_to_parts, _slice_operands, _slice_weight, _take_part],
        max_use_ratio=10,
    ).rewrite(step)
    op = rebuilt(node.op, step.inputs, step.outputs, node.op.info)
    made = op.make_node(*node.inputs)
    return Apply(op, made.inputs, [v.type() for v in node.outputs]).outputs


def _columns(node: Apply) -> tuple[int, int] | None:
    """Return which columns a node takes, or writes, of all rows."""
    source, *indices = node.inputs
    if isinstance(node.op, IncSubtensor):
        indices = node.inputs[2:]
    width = source.type.shape[-1] if source.type.ndim else None
    taken = indices_from_subtensor(indices, node.op.idx_list)
    if width is None or len(taken) != source.type.ndim:
        return None
    *rows, columns = taken
    if any(row != slice(None) for row in rows) or not isinstance(columns, slice):
        return None
    bounds = (columns.start, columns.stop, columns.step)
    if any(b is not None and not isinstance(b, Constant) for b in bounds):
        return None
    known = slice(*(None if b is None else int(b.data) for b in bounds))
    start, stop, stride = known.indices(width)
    return (start, stop) if stride == 1 and start < stop else None


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
        columns = _columns(client)
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


@node_rewriter([IncSubtensor, Elemwise])
def _join_parts(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Join parts that are written into zeros, or added to them."""
    (result,) = node.outputs[:1]
    used = [client.op for client, _ in fgraph.clients[result]]
    if isinstance(node.op, IncSubtensor) and any(
        isinstance(op, IncSubtensor) for op in used
    ):
        return None  # its parts are found from there
    parts = _parts(result)
    if parts is None or len(parts) < 2:
        return None
    ends = [0, *[stop for _, stop, _ in parts]]
    starts = [*[start for start, _, _ in parts], result.type.shape[-1]]
    if ends != starts:
        return None
    return [pt.join(result.type.ndim - 1, *[part for _, _, part in parts])]


def _parts(variable: Variable) -> list[Part] | None:
    """Return the parts that a variable is zero around, None if it is not."""
    if _is_zero(variable):
        return []
    node = variable.owner
    if node is None or variable.type.ndim == 0:
        return None
    if isinstance(node.op, IncSubtensor):
        columns = _columns(node)
        whole = node.inputs[1].type.shape == (
            *variable.type.shape[:-1],
            None if columns is None else columns[1] - columns[0],
        )
        before = _parts(node.inputs[0]) if columns and whole else None
        if columns is None or before is None:
            return None
        return _apart([*before, (*columns, node.inputs[1])])
    if isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Add):
        found: list[Part] = []
        for operand in node.inputs:
            more = _parts(operand)
            if more is None or operand.type.shape != variable.type.shape:
                return None
            found += more
        return _apart(found)
    return None


def _apart(parts: list[Part]) -> list[Part] | None:
    parts = sorted(parts, key=lambda part: part[:2])
    apart = all(first[1] <= second[0] for first, second in pairwise(parts))
    return parts if apart else None


def _is_zero(variable: Variable) -> bool:
    if isinstance(variable, Constant):
        return not np.any(variable.data)
    if variable.owner is None or not isinstance(variable.owner.op, Alloc):
        return False
    return _is_zero(variable.owner.inputs[0])


def _joined(variable: Variable) -> list[Variable] | None:
    """Return the variables that are joined, column by column, to a variable."""
    node = variable.owner
    if node is None or not isinstance(node.op, Join):
        return None
    axis, *parts = node.inputs
    known = all(part.type.shape[-1] is not None for part in parts)
    if not known or not isinstance(axis, Constant):
        return None
    return (
        parts if int(axis.data) % variable.type.ndim == variable.type.ndim - 1 else None
    )


def _bounds(parts: list[Variable]) -> list[tuple[int, int]]:
    ends = np.cumsum([part.type.shape[-1] for part in parts]).tolist()
    return list(pairwise([0, *ends]))


@node_rewriter([Elemwise])
def _apply_to_parts(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Compute ``f([a, b], c)`` as ``[f(a, c[:, :n]), f(b, c[:, n:])]``."""
    if len(node.outputs) != 1:
        return None
    all_parts = [parts for v in node.inputs if (parts := _joined(v)) is not None]
    if not all_parts:
        return None
    bounds = _bounds(all_parts[0])
    if any(_bounds(parts) != bounds for parts in all_parts):
        return None
    results = []
    for place, columns in enumerate(bounds):
        operands = []
        for operand in node.inputs:
            parts = _joined(operand)
            operands.append(
                _slice(operand, *columns) if parts is None else parts[place]
            )
        results.append(node.op(*operands))
    return [pt.join(node.outputs[0].type.ndim - 1, *results)]


@node_rewriter([Subtensor])
def _take_part(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Read ``[a, b][:, :n]`` as ``a``."""
    parts = _joined(node.inputs[0])
    columns = None if parts is None else _columns(node)
    if parts is None or columns is None:
        return None
    for part, bounds in zip(parts, _bounds(parts), strict=True):
        if bounds == columns:
            return [part]
    return None

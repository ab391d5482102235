"""Arrays that are joined of columns, such as gates side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.tensor.basic import Join
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.shape import Reshape
from pytensor.tensor.subtensor import IncSubtensor, indices_from_subtensor
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.zeros import is_zero

Part = tuple[int, int, Variable]


@node_rewriter([IncSubtensor, Elemwise])
def join_columns(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Join parts that are written into zeros, or added to them.

    This is how gradients of slices come together again.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        An addition, or one to a part of an array.

    Returns
    -------
    list of Variable or None
        What takes the place of the result; None if it has no such parts.
    """
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


@node_rewriter([CAReduce])
def sum_columns(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Sum the rows of joined columns before they are joined.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        A reduction.

    Returns
    -------
    list of Variable or None
        What takes the place of the sum; None if it is not one of joined columns.
    """
    (operand,) = node.inputs
    parts = joined_columns(operand)
    axes = node.op.axis
    if parts is None or axes is None or not isinstance(node.op.scalar_op, Add):
        return None
    if operand.type.ndim - 1 in axes:
        return None
    return [pt.join(-1, *[node.op(part) for part in parts])]


def sliced_columns(node: Apply) -> tuple[int, int] | None:
    """Return which columns a node takes, or writes, of all rows.

    Parameters
    ----------
    node
        A Subtensor or an IncSubtensor.

    Returns
    -------
    tuple of int or None
        The first column and the one after the last; None if it does something else.
    """
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


def _parts(variable: Variable) -> list[Part] | None:
    """Return the parts that a variable is zero around, None if it is not."""
    if is_zero(variable):
        return []
    node = variable.owner
    if node is None or variable.type.ndim == 0:
        return None
    if isinstance(node.op, IncSubtensor):
        columns = sliced_columns(node)
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


def joined_columns(variable: Variable) -> list[TensorVariable] | None:
    """Return the variables that are joined, column by column, to a variable.

    Parameters
    ----------
    variable
        Any variable.

    Returns
    -------
    list of TensorVariable or None
        Arrays of the same rows; None if it is not joined of such.
    """
    node = variable.owner
    if node is None:
        return None
    if isinstance(node.op, Reshape):
        return _reshaped_columns(variable, node.inputs[0])
    if not isinstance(node.op, Join):
        return None
    axis, *parts = node.inputs
    known = all(part.type.shape[-1] is not None for part in parts)
    if not known or not isinstance(axis, Constant):
        return None
    return (
        parts if int(axis.data) % variable.type.ndim == variable.type.ndim - 1 else None
    )


def _reshaped_columns(variable: Variable, source: Variable) -> Any:
    """Return the columns of a variable that has the rows of another one, one by one."""
    shape = variable.type.shape
    if not source.type.ndim or None in shape or shape[-1] != source.type.shape[-1]:
        return None
    parts = joined_columns(source)
    if parts is None:
        return None
    return [part.reshape((*shape[:-1], part.type.shape[-1])) for part in parts]

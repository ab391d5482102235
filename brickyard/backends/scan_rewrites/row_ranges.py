"""Which rows of which array a variable consists of."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.basic import get_underlying_scalar_constant_value
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.subtensor import (
    IncSubtensor,
    Subtensor,
    indices_from_subtensor,
)

from brickyard.backends.zeros import is_zero


@dataclass(frozen=True)
class Rows:
    """Some rows of an array.

    Parameters
    ----------
    base
        The array.
    positions
        Which rows, in their order.
    """

    base: Variable
    positions: range


def rows_read(variable: Variable) -> Rows | None:
    """Return which rows of which array a variable consists of.

    Parameters
    ----------
    variable
        An array, or slices of slices of one along its first axis.

    Returns
    -------
    Rows or None
        The rows of the innermost array; None if a length is not known.
    """
    slices = []
    if variable.type.ndim == 0:
        return None
    length = variable.type.shape[0]
    while variable.owner is not None:
        taken = _slice_of_rows(variable)
        if taken is not None:
            slices.append(taken)
        elif not isinstance(variable.owner.op, SpecifyShape):
            break
        source = variable.owner.inputs[0]
        known = source.type.shape[0]
        length = length if taken is None and known is None else known
        variable = source
    if length is None:
        return None
    positions = range(length)
    for taken in reversed(slices):
        positions = positions[taken]
    return Rows(variable, positions)


def rows_written(rows: Rows) -> Rows:
    """Return rows of what was written into an array where they are read from there.

    ``zeros[1:] = y`` makes row 1 of the array row 0 of ``y``.

    Parameters
    ----------
    rows
        Some rows of an array.

    Returns
    -------
    Rows
        Rows of the array that was written; `rows` where others are read, too.
    """
    node = rows.base.owner
    if node is None or not isinstance(node.op, IncSubtensor) or not rows.positions:
        return rows
    target, values, *indices = node.inputs
    taken = indices_from_subtensor(indices, node.op.idx_list)
    if len(taken) != 1 or not isinstance(taken[0], slice):
        return rows
    if not (node.op.set_instead_of_inc or is_zero(target)):
        return rows
    try:
        bounds = _constant_slice(taken[0])
    except NotScalarConstantError:
        return rows
    written = range(target.type.shape[0])[bounds]
    whole = values.type.shape == (len(written), *target.type.shape[1:])
    if not whole or written.step != 1:
        return rows
    ends = rows.positions[0], rows.positions[-1]
    if not all(end in written for end in ends):
        return rows
    first = rows.positions[0] - written.start
    step = rows.positions.step
    positions = range(first, first + step * len(rows.positions), step)
    return Rows(values, positions)


def computed_rows(
    variable: Variable, positions: range | None = None
) -> Hashable | None:
    """Return a description of some rows that is the same for all ways to compute them.

    PyTensor moves slices of rows before what is computed row by row: ``(x + b)[::-1]``
    and ``x[::-1] + b`` are the same rows.

    Parameters
    ----------
    variable
        An array.
    positions
        Which of its rows, all by default.

    Returns
    -------
    hashable or None
        The description; None if a length is not known.
    """
    length = variable.type.shape[0]
    if length is None:
        return None
    positions = range(length) if positions is None else positions
    node = variable.owner
    taken = _constant_slices(variable)
    if taken is not None and node.inputs[0].type.shape[0] is not None:
        rows, *others = taken
        source = node.inputs[0]
        described = computed_rows(
            source, _composed(range(source.type.shape[0])[rows], positions)
        )
        whole = all(each == slice(None) for each in others)
        return described if whole else (tuple(map(_bounds, others)), described)
    if node is not None and _is_rowwise(node):
        return node.op, tuple(_operand_rows(v, length, positions) for v in node.inputs)
    return Rows(variable, positions)


def _composed(first: range, then: range) -> range:
    """Return the positions in an array of positions among some of its rows."""
    if not then:
        return range(0)
    start, step = first[then[0]], first.step * then.step
    return range(start, start + step * len(then), step)


def _is_rowwise(node: Apply) -> bool:
    """Return whether row k of the result is made of the rows k of the operands."""
    if isinstance(node.op, Elemwise):
        return len(node.outputs) == 1
    if isinstance(node.op, DimShuffle):
        return tuple(node.op.new_order[:1]) == (0,)
    return False


def _operand_rows(variable: Variable, length: int, positions: range) -> Hashable:
    """Describe an operand, as a whole if all rows have it in common."""
    if isinstance(variable, Constant):
        return variable.signature()
    shape = getattr(variable.type, "shape", ())
    if not shape or shape[0] != length or length == 1:
        return variable
    return computed_rows(variable, positions)


def _slice_of_rows(variable: Variable) -> slice | None:
    taken = _constant_slices(variable)
    return taken[0] if taken is not None and len(taken) == 1 else None


def _constant_slices(variable: Variable) -> list[slice] | None:
    """Return the slices of another array that a variable is; None if it is not."""
    node = variable.owner
    if node is None or not isinstance(node.op, Subtensor):
        return None
    taken: Any = indices_from_subtensor(node.inputs[1:], node.op.idx_list)
    if not all(isinstance(each, slice) for each in taken):
        return None
    try:
        return [_constant_slice(each) for each in taken]
    except NotScalarConstantError:
        return None


def _constant_slice(taken: slice) -> slice:
    start, stop, step = map(_constant, _bounds(taken))
    return slice(start, stop, step)


def _bounds(taken: slice) -> tuple[Any, ...]:
    return taken.start, taken.stop, taken.step


def _constant(bound: Variable | None) -> int | None:
    return None if bound is None else int(get_underlying_scalar_constant_value(bound))

"""Which rows of which array a variable consists of."""

from __future__ import annotations

from dataclasses import dataclass

from pytensor.graph.basic import Variable
from pytensor.tensor.basic import get_underlying_scalar_constant_value
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.subtensor import Subtensor, indices_from_subtensor


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
    while variable.owner is not None and isinstance(variable.owner.op, Subtensor):
        taken = _slice_of_rows(variable)
        if taken is None:
            break
        slices.append(taken)
        variable = variable.owner.inputs[0]
    length = variable.type.shape[0]
    if length is None:
        return None
    positions = range(length)
    for taken in reversed(slices):
        positions = positions[taken]
    return Rows(variable, positions)


def _slice_of_rows(variable: Variable) -> slice | None:
    _, *indices = variable.owner.inputs
    taken = indices_from_subtensor(indices, variable.owner.op.idx_list)
    if len(taken) != 1 or not isinstance(taken[0], slice):
        return None
    bounds = (taken[0].start, taken[0].stop, taken[0].step)
    try:
        return slice(*map(_constant, bounds))
    except NotScalarConstantError:
        return None


def _constant(bound: Variable | None) -> int | None:
    return None if bound is None else int(get_underlying_scalar_constant_value(bound))

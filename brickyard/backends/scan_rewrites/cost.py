"""Which operations of a step cost less than keeping their result for another time."""

from __future__ import annotations

from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.subtensor import IncSubtensor, Subtensor

CHEAP = (
    ps.Add,
    ps.Sub,
    ps.Mul,
    ps.Neg,
    ps.Sqr,
    ps.Cast,
    ps.Identity,
    ps.Second,
    ps.Switch,
    ps.LogicalComparison,
)
CHANGES_SHAPE = (DimShuffle, Subtensor, IncSubtensor, Reshape, SpecifyShape)


def is_cheap(node: Apply) -> bool:
    """Return whether an operation is cheaper done again than read from memory.

    Parameters
    ----------
    node
        An operation.

    Returns
    -------
    bool
        True for sums and products of numbers and for what only changes shapes; False
        for functions such as the exponential, for products of matrices and for sums
        over axes.
    """
    if isinstance(node.op, Elemwise):
        return isinstance(node.op.scalar_op, CHEAP)
    return isinstance(node.op, CHANGES_SHAPE)

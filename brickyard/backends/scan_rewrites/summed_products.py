"""A sum of products of matrices, as one product of larger ones."""

from __future__ import annotations

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.math import Dot
from pytensor.tensor.variable import TensorVariable


@node_rewriter([CAReduce])
def multiply_stacked(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Sum products of matrices over all their batch axes as one product.

    ``(a @ b).sum(axis=0)`` of ``(T, M, K)`` and ``(T, K, N)`` is the product of
    ``(M, T K)`` and ``(T K, N)``. It is the gradient of ``x @ W`` with respect to
    ``W`` where ``x`` has a time axis; T results of the size of ``W`` are never made.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        A reduction.

    Returns
    -------
    list of Variable or None
        What takes the place of the sum; None if it is not one of products.
    """
    (products,) = node.inputs
    made_by = products.owner
    batch = tuple(range(products.type.ndim - 2))
    if (
        not batch
        or not isinstance(node.op.scalar_op, Add)
        or node.op.axis is None
        or tuple(sorted(node.op.axis)) != batch
        or made_by is None
        or not isinstance(made_by.op, Blockwise)
        or not isinstance(made_by.op.core_op, Dot)
        or len(fgraph.clients[products]) != 1
    ):
        return None
    left, right = made_by.inputs
    known = zip(left.type.shape[:-2], right.type.shape[:-2], strict=True)
    if any(a != b and 1 in (a, b) for a, b in known):
        return None
    # (..., M, K) as (... K, M), whose transpose costs nothing where it is one already
    swapped = left.transpose(*batch, left.type.ndim - 1, left.type.ndim - 2)
    total = pt.dot(rows(swapped).T, rows(right))
    return [
        node.outputs[0].type.filter_variable(total.astype(node.outputs[0].type.dtype))
    ]


def rows(values: TensorVariable) -> TensorVariable:
    """Return all rows of an array below each other.

    Parameters
    ----------
    values
        An array of two or more axes.

    Returns
    -------
    TensorVariable
        A matrix with as many columns.
    """
    if values.type.ndim == 2:
        return values
    width = values.type.shape[-1]
    return values.reshape((-1, values.shape[-1] if width is None else width), ndim=2)

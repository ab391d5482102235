"""Where PyTensor's lowering to JAX computes something else than PyTensor defines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.subtensor import (
    AdvancedSubtensor,
    AdvancedSubtensor1,
    indices_from_subtensor,
)

Lowered = Callable[..., Any]


def adjusted(node: Apply, function: Lowered) -> Lowered:
    """Return the lowered form of a node with what has to be mended about it.

    Parameters
    ----------
    node
        A node of a graph rewritten for JAX.
    function
        PyTensor's lowering of it.

    Returns
    -------
    callable
        `function` itself for most nodes.
    """
    dtype = getattr(node.outputs[0].type, "dtype", "")
    if isinstance(node.op, CAReduce):
        return _in_wider_type(function, dtype)
    gathers = isinstance(node.op, AdvancedSubtensor | AdvancedSubtensor1)
    if gathers and dtype.startswith(("float", "complex")):
        return _nan_outside(node)
    return function


def _in_wider_type(reduce: Lowered, dtype: str) -> Lowered:
    """Reduce in the type of the result where that is wider than the operand's.

    The original converts afterwards, when precision is lost. The float64 accumulator
    that PyTensor gives every float32 sum is not honoured: XLA sums in a tree.
    """

    def reduced(operand: Any) -> Any:
        if np.promote_types(operand.dtype, dtype) == dtype:
            operand = operand.astype(dtype)
        return reduce(operand)

    return reduced


def _nan_outside(node: Apply) -> Lowered:
    """Give NaN for an index outside its axis.

    XLA cannot raise an error and would take the nearest element, silently.
    """
    idx_list = node.op.idx_list

    def gathered(array: Any, *operands: Any) -> Any:
        indices = indices_from_subtensor(operands, idx_list)
        return array.at[indices].get(mode="fill", fill_value=np.nan)

    return gathered

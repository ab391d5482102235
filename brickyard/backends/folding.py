"""Lengths and indices that are known while a graph is rebuilt for known shapes."""

from __future__ import annotations

import math
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.rewriting.basic import unconditional_constant_folding
from pytensor.tensor.shape import Shape, Shape_i

# Larger arrays of integers are data rather than lengths.
MOST_ELEMENTS = 64


def folded(node: Apply) -> list[Variable] | None:
    """Return what a node computes if it is made of known lengths.

    Otherwise whoever needs to know a length, such as every allocation, has PyTensor
    work it out from all of the graph above, every time anew.

    Parameters
    ----------
    node
        A node on variables of known shapes.

    Returns
    -------
    list of Variable or None
        A constant for each output; None if a value is not known, or is not a small
        array of integers.

    Examples
    --------
    >>> x = pt.tensor("x", shape=(3, 4))
    >>> [shape] = folded(x.shape.owner)
    >>> shape.data
    array([3, 4])
    """
    if isinstance(node.op, Shape | Shape_i):
        return _known_shape(node)
    if not node.inputs or not all(isinstance(v, Constant) for v in node.inputs):
        return None
    if not all(map(_is_small, node.inputs)):
        return None
    # Draws have a generator among their inputs, which is no constant.
    if not all(map(_holds_integers, node.outputs)):
        return None
    return unconditional_constant_folding.transform(None, node) or None


def _known_shape(node: Apply) -> list[Variable] | None:
    shape = getattr(node.inputs[0].type, "shape", (None,))
    if isinstance(node.op, Shape_i):
        shape = shape[node.op.i]
        return None if shape is None else [pt.constant(shape, dtype="int64")]
    return None if None in shape else [pt.constant(shape, dtype="int64", ndim=1)]


def _is_small(constant: Any) -> bool:
    return math.prod(getattr(constant.data, "shape", ())) <= MOST_ELEMENTS


def _holds_integers(variable: Variable) -> bool:
    dtype = getattr(variable.type, "dtype", "")
    lengths = getattr(variable.type, "shape", ())
    known = math.prod(length or 1 for length in lengths)
    return dtype.startswith(("int", "uint", "bool")) and known <= MOST_ELEMENTS

"""Computing what each step of a loop computes, for all steps at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.replace import vectorize_graph
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.math import Dot
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.scan_rewrites.summed_products import rows


def stacked(
    node: Apply, operands: Sequence[TensorVariable]
) -> list[TensorVariable] | None:
    """Return the outputs of a node for all steps at once.

    Parameters
    ----------
    node
        A node of a step.
    operands
        For each input of the node either one value for all steps, of the same number
        of dimensions, or the values of all steps, with an axis more, the first one.

    Returns
    -------
    list of TensorVariable or None
        The outputs, with an axis more where they depend on the step; None if they
        can only be computed step by step, or would take more memory than what they
        are computed from.
    """
    varying = [v for v in node.inputs if not isinstance(v, Constant)]
    if not all(isinstance(v.type, TensorType) for v in [*varying, *node.outputs]):
        return None
    per_step = [
        outer is not inner and outer.type.ndim > inner.type.ndim
        for inner, outer in zip(node.inputs, operands, strict=True)
    ]
    if not any(per_step):
        return list(node.op.make_node(*operands).outputs)
    if isinstance(node.op, Dot):
        return _stacked_product(node, operands, per_step)
    if _grows(node, per_step):
        return None
    replaced = {
        inner: outer
        for inner, outer in zip(node.inputs, operands, strict=True)
        if inner is not outer
    }
    try:
        outputs = vectorize_graph(list(node.outputs), replaced)
    except (NotImplementedError, ValueError, TypeError):
        return None
    made_by = {type(v.owner.op) for v in outputs if v.owner is not None}
    if Blockwise in made_by and not isinstance(node.op, Blockwise):
        return None
    return cast(list[TensorVariable], outputs)


def rows_like(variable: Variable) -> TensorVariable:
    """Return a variable for the values of a variable of a step in all steps.

    Parameters
    ----------
    variable
        The variable of a step.

    Returns
    -------
    TensorVariable
        A new variable with one axis more.
    """
    return TensorType(variable.type.dtype, shape=(None, *variable.type.shape))()


def _stacked_product(
    node: Apply, operands: Sequence[TensorVariable], per_step: Sequence[bool]
) -> list[TensorVariable] | None:
    """Multiply the rows of all steps by one matrix, in one product."""
    left, right = operands
    if per_step[1]:
        return None
    product = pt.dot(rows(left), right)
    lengths = [_length(left, 0), _length(left, 1), _length(right, 1)]
    return [product.reshape(lengths, ndim=3)]


def _length(variable: TensorVariable, axis: int) -> int | TensorVariable:
    known = variable.type.shape[axis]
    return variable.shape[axis] if known is None else known


def _grows(node: Apply, per_step: Sequence[bool]) -> bool:
    """Return whether the outputs are larger than what depends on the step."""
    sources = [
        _size(variable)
        for variable, own in zip(node.inputs, per_step, strict=True)
        if own
    ]
    return max(map(_size, node.outputs)) > sum(sources)


def _size(variable: Variable) -> float:
    """Return the number of elements; an axis of unknown length counts as 64."""
    return math.prod(64 if n is None else n for n in variable.type.shape)

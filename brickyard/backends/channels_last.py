"""Keeping images in the order of convolutions, channels last, between layers.

Bricks take and give images channels first and put the channels last around each
operation. What stands between two layers, biases, activations, normalization, sums of
branches, and all of their gradients, is computed channels last, too, once the
transpositions have been moved behind it; there they meet their inverses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.features import ReplaceValidate
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.tensor.basic import Alloc, Join, Split
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution.ops import Convolution, ImageGradient
from brickyard.backends.pooling.ops import PoolingOp

Order = tuple[int, ...]


class ChannelsLast(GraphRewriter):
    """Move transpositions of images behind what does not depend on the order of axes.

    To be applied once, after the rewrites that move transpositions the other way.
    """

    def add_requirements(self, fgraph: FunctionGraph) -> None:
        """Prepare a graph for replacing what is checked.

        Parameters
        ----------
        fgraph
            The graph.
        """
        fgraph.attach_feature(ReplaceValidate())

    def apply(self, fgraph: FunctionGraph) -> None:
        """Rewrite a graph.

        Parameters
        ----------
        fgraph
            The graph.
        """
        nodes = fgraph.toposort()
        images = {
            variable
            for node in nodes
            if isinstance(node.op, Convolution | ImageGradient | PoolingOp)
            for variable in node.outputs
        }
        if not images:
            return
        for node in nodes:
            rule = _rule(node)
            new = rule(node, images) if rule and node in fgraph.apply_nodes else None
            if new is None:
                continue
            images.update(_images_among(new))
            pairs = [
                (old, _as_typed(old, value))
                for old, value in zip(node.outputs, new, strict=True)
            ]
            fgraph.replace_all(pairs, reason="channels_last")


def _images_among(variables: Sequence[Variable]) -> list[Variable]:
    """Return what has the channels last now, with the transposition taken off."""
    return [
        variable.owner.inputs[0]
        for variable in variables
        if variable.owner is not None and isinstance(variable.owner.op, DimShuffle)
    ]


def _as_typed(old: Variable, new: Variable) -> Variable:
    return old.type.filter_variable(new, allow_convert=True)


def _order(variable: Variable, images: set[Variable]) -> Order | None:
    """Return how the axes of an image were reordered; None for anything else."""
    node = variable.owner
    if node is None or not isinstance(node.op, DimShuffle):
        return None
    order = node.op.new_order
    if node.inputs[0] not in images or sorted(map(str, order)) != sorted(
        map(str, range(node.op.input_ndim))
    ):
        return None
    return tuple(int(axis) for axis in order)


def _reordered(variable: Any, order: Sequence[Any]) -> TensorVariable:
    """Return a variable with other axes, as one step from where it comes."""
    node = variable.owner
    if isinstance(variable, Constant) and "x" not in order:
        return pt.constant(variable.data.transpose(order))
    if node is not None and isinstance(node.op, DimShuffle):
        inner = node.op.new_order
        order = ["x" if axis == "x" else inner[axis] for axis in order]
        variable = node.inputs[0]
    if tuple(order) == tuple(range(variable.type.ndim)):
        return variable
    return variable.dimshuffle(*order)


def _inverse(order: Order) -> Order:
    return tuple(order.index(axis) for axis in range(len(order)))


def _is_full(variable: Variable, like: Variable) -> bool:
    """Return whether a variable is as large as `like`, and its order costs time."""
    if isinstance(variable, Constant) or (
        variable.owner is not None and isinstance(variable.owner.op, Alloc)
    ):
        return False
    axes = zip(variable.type.broadcastable, like.type.broadcastable, strict=True)
    return all(short == expected for short, expected in axes)


def _common_order(
    variables: Sequence[Variable], like: Variable, images: set[Variable]
) -> Order | None:
    """Return the order to take back, if that moves no more than it saves."""
    full = {variable for variable in variables if _is_full(variable, like)}
    orders = [_order(variable, images) for variable in full]
    known = [order for order in orders if order is not None]
    if not known:
        return None
    order = max(known, key=known.count)
    return order if 2 * known.count(order) >= len(full) else None


def _dimshuffle(node: Apply, images: set[Variable]) -> list[Variable] | None:
    """Merge two reorderings, of which the inner one is that of an image."""
    (operand,) = node.inputs
    if _order(operand, images) is None:
        return None
    return [_reordered(operand, node.op.new_order)]


def _elementwise(node: Apply, images: set[Variable]) -> list[Variable] | None:
    """Compute channels last and reorder the result."""
    order = _common_order(node.inputs, node.outputs[0], images)
    if order is None:
        return None
    back = _inverse(order)
    results = node.op.make_node(*[_reordered(v, back) for v in node.inputs]).outputs
    return [result.dimshuffle(*order) for result in results]


def _reduction(node: Apply, images: set[Variable]) -> list[Variable] | None:
    """Reduce over the axes where they are channels last."""
    (operand,) = node.inputs
    order = _order(operand, images)
    if order is None:
        return None
    op: Any = node.op
    over = range(len(order)) if op.axis is None else op.axis
    axes = tuple(sorted(order[axis] for axis in over))
    result = op.clone(axis=axes)(operand.owner.inputs[0])
    kept = [axis for number, axis in enumerate(order) if number not in over]
    return [_reordered(result, [sorted(kept).index(axis) for axis in kept])]


def _join(node: Apply, images: set[Variable]) -> list[Variable] | None:
    """Join channels last and reorder the result."""
    axis, *parts = node.inputs
    orders = {_order(part, images) for part in parts}
    order = orders.pop()
    if orders or order is None or not isinstance(axis, Constant):
        return None
    last = [part.owner.inputs[0] for part in parts]
    return [pt.join(order[int(axis.data)], *last).dimshuffle(*order)]


def _split(node: Apply, images: set[Variable]) -> list[Variable] | None:
    """Split channels last and reorder the parts."""
    operand, axis, lengths = node.inputs
    order = _order(operand, images)
    if order is None or not isinstance(axis, Constant):
        return None
    new_axis = pt.constant(order[int(axis.data)], dtype=axis.type.dtype)
    last = operand.owner.inputs[0]
    parts = node.op.make_node(last, new_axis, lengths).outputs
    return [part.dimshuffle(*order) for part in parts]


def _rule(node: Apply) -> Any:
    for kind, rule in _RULES.items():
        if isinstance(node.op, kind):
            return rule
    return None


_RULES: dict[type, Any] = {
    DimShuffle: _dimshuffle,
    Elemwise: _elementwise,
    CAReduce: _reduction,
    Join: _join,
    Split: _split,
}

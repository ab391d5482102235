"""Products in a step that are parts of one larger product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.scan_rewrites.loop import Loop, Operand, is_plain_loop

MIN_PRODUCTS = 3
"""Two products are not joined: what it costs to take them apart again is as much.

Measured on two cores: a training step of an LSTM, four products in a step each way,
takes 0.88 of the time; one of a GRU, two of the three products, 1.0.
"""


@node_rewriter([Scan])
def join_products(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Multiply by several weights at once, and sum several products in one.

    ``h @ U`` and ``h @ V`` are columns of ``h @ [U, V]``, and ``a @ U + b @ V`` is
    ``[a, b] @ [U; V]``. A larger product keeps more cores busy. Columns are only taken
    apart where the loop returns values for its gradient: otherwise XLA computes with
    the slices again in each place that they are used.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if it has no such products.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    substitutions: dict[Variable, Variable] = {}
    for products in _with_same_factor(loop):
        if len(loop.outputs) >= len(products) >= MIN_PRODUCTS:
            substitutions |= _multiplied_at_once(loop, products)
    for total, products in _summed(loop):
        if len(products) >= MIN_PRODUCTS:
            substitutions |= _summed_in_one(loop, total, products)
    if not substitutions:
        return None
    _, replacements = loop.build(substitutions)
    return {**replacements, "remove": [node]}


def _is_product(loop: Loop, node: Apply | None) -> bool:
    """Return whether a node multiplies a matrix by a weight of known shape."""
    if node is None or not isinstance(node.op, Dot):
        return False
    left, weight = node.inputs
    fixed = any(operand.inner is weight for operand in loop.constants)
    known = None not in (*weight.type.shape, left.type.shape[-1])
    return fixed and known and left.type.ndim == weight.type.ndim == 2


def _weight(loop: Loop, product: Apply) -> TensorVariable:
    """Return the weight of a product, as it is outside of the loop."""
    return next(o.outer for o in loop.constants if o.inner is product.inputs[1])


def _joined_weight(loop: Loop, products: list[Apply], axis: int) -> Variable:
    """Return the weights of products side by side, as an operand of the loop."""
    joined = pt.join(axis, *[_weight(loop, product) for product in products])
    operand = Operand(joined.type(), joined)
    loop.constants.append(operand)
    return operand.inner


def _with_same_factor(loop: Loop) -> list[list[Apply]]:
    found: dict[Variable, list[Apply]] = defaultdict(list)
    for node in loop.op.fgraph.toposort():
        if _is_product(loop, node):
            found[node.inputs[0]].append(node)
    return list(found.values())


def _multiplied_at_once(loop: Loop, products: list[Apply]) -> dict[Variable, Variable]:
    left = products[0].inputs[0]
    wide = products[0].op(left, _joined_weight(loop, products, axis=1))
    widths = [product.inputs[1].type.shape[1] for product in products]
    columns = pairwise(accumulate(widths, initial=0))
    return {
        product.outputs[0]: wide[:, start:stop]
        for product, (start, stop) in zip(products, columns, strict=True)
    }


def _summed(loop: Loop) -> Iterator[tuple[Apply, list[Apply]]]:
    """Yield additions, and the products that are of no use but in them."""
    clients = loop.op.fgraph.clients
    for node in loop.op.fgraph.toposort():
        if isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Add):
            products = [
                v.owner
                for v in node.inputs
                if _is_product(loop, v.owner) and len(clients[v]) == 1
            ]
            same = {p.outputs[0].type.broadcastable for p in products}
            if same == {node.outputs[0].type.broadcastable}:
                yield node, products


def _summed_in_one(
    loop: Loop, total: Apply, products: list[Apply]
) -> dict[Variable, Variable]:
    left = pt.join(1, *[product.inputs[0] for product in products])
    product = products[0].op(left, _joined_weight(loop, products, axis=0))
    done = {each.outputs[0] for each in products}
    rest = [v for v in total.inputs if v not in done]
    return {total.outputs[0]: pt.add(product, *rest) if rest else product}

"""Sums over the steps of a loop, computed after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import Subtensor

from brickyard.backends.scan_rewrites.derivation import derived, follows
from brickyard.backends.scan_rewrites.loop import Loop, Output, State, is_plain_loop
from brickyard.backends.scan_rewrites.row_order import is_turned, turned
from brickyard.backends.scan_rewrites.summed_products import rows

# For variables of a step: their values in all steps, or the one they have in all.
Values = Mapping[Variable, Any]


@node_rewriter([Scan])
def sum_after_loop(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Sum products and sums over the steps of a loop after it, all steps at once.

    The gradient with respect to a weight is a sum over the steps of products
    ``x[t].T @ d[t]``: one product of all rows of all steps, instead of a small product
    and an addition to the whole gradient in every step. Sums over rows, the gradients
    of biases, go with them.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if it has no such sum whose last
        value alone is used.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    found = [
        (state, term)
        for state in loop.states
        if (term := _added_each_step(fgraph, loop, state)) is not None
    ]
    if not found:
        return None
    traced: dict[Variable, Output] = {}
    given = loop.given()
    for state, term in found:
        loop.states.remove(state)
        for factor in _factors(term) or ():
            known = follows(factor, given) and derived(factor, given) is not None
            if not known and not isinstance(factor, Constant):
                traced[factor] = loop.output(factor)
    new, replacements = loop.build()
    values = given | {v: loop.result_of(new, output) for v, output in traced.items()}
    for state, term in found:
        total = _total(term, values, loop.steps) + state.outer[0]
        for last in _last_values(fgraph, state.result):
            replacements[last] = last.type.filter_variable(total)
    return {**replacements, "remove": [node]}


def _added_each_step(
    fgraph: FunctionGraph, loop: Loop, state: State
) -> Variable | None:
    """Return what each step adds to a state that is nothing but a sum."""
    (before,), (after,) = state.reads, state.writes
    clients = loop.op.fgraph.clients
    made_by = after.owner
    if (
        made_by is None
        or not _is_addition(made_by)
        or list(made_by.inputs).count(before) != 1
        or len(clients[before]) != 1
        or len(clients[after]) != 1
        or not _last_values(fgraph, state.result)
    ):
        return None
    terms = [term for term in made_by.inputs if term is not before]
    term = terms[0] if len(terms) == 1 else pt.add(*terms)
    same_shape = term.type.broadcastable == before.type.broadcastable
    return term if same_shape and _factors(term) is not None else None


def _last_values(fgraph: FunctionGraph, result: Variable) -> list[Variable]:
    """Return the variables for the last value of a result, [] if others are used."""
    last = []
    for client, _ in fgraph.clients.get(result, ()):
        if not isinstance(client.op, Subtensor):
            return []
        if not _takes_last(client):
            return []
        last.append(client.outputs[0])
    return last


def _takes_last(node: Apply) -> bool:
    (index, *others) = node.op.idx_list
    if others or isinstance(index, slice):
        return False
    position = node.inputs[1] if len(node.inputs) > 1 else None
    if not isinstance(position, Constant):
        return False
    length = node.inputs[0].type.shape[0]
    return int(position.data) in (-1, None if length is None else length - 1)


def _is_addition(node: Apply) -> bool:
    return isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Add)


def _is_sum(node: Apply) -> bool:
    return isinstance(node.op, CAReduce) and isinstance(node.op.scalar_op, Add)


def _is_product(node: Apply) -> bool:
    return isinstance(node.op, Dot) and all(v.type.ndim == 2 for v in node.inputs)


def _factors(term: Variable) -> list[Variable] | None:
    """Return the variables a term is a sum of products of, or None if it is not."""
    node = term.owner
    if node is None:
        return None
    if _is_product(node):
        return list(node.inputs)
    if _is_sum(node):
        return list(node.inputs)
    if not (_is_addition(node) or isinstance(node.op, DimShuffle)):
        return None
    factors: list[Variable] = []
    for operand in node.inputs:
        if operand.type.broadcastable != term.type.broadcastable and _is_addition(node):
            return None
        more = _factors(operand)
        if more is None:
            return None
        factors.extend(more)
    return factors


def _total(term: Variable, values: Values, steps: Variable) -> Any:
    """Return the sum of a term over all steps."""
    node = term.owner
    if _is_product(node):
        left, right = node.inputs
        return _total_product(left, right, values, steps)
    if _is_sum(node):
        return _total_sum(node, values, steps)
    parts = [_total(operand, values, steps) for operand in node.inputs]
    return node.op(*parts)


def _total_product(
    left: Variable, right: Variable, values: Values, steps: Variable
) -> Any:
    a, b = values.get(left, left), values.get(right, right)
    if a.type.ndim == 2 and b.type.ndim == 2:
        return pt.dot(a, b) * pt.cast(steps, a.type.dtype)
    if a.type.ndim == 2:
        return pt.dot(a, b.sum(axis=0))
    if b.type.ndim == 2:
        return pt.dot(a.sum(axis=0), b)
    if is_turned(a):
        a, b = turned(a), turned(b)
    # (T, M, K) and (T, K, N) as (M, T K) and (T K, N)
    return pt.dot(rows(a.transpose(0, 2, 1)).T, rows(b))


def _total_sum(node: Apply, values: Values, steps: Variable) -> Any:
    (operand,) = node.inputs
    value: Any = values.get(operand, operand)
    axes = node.op.axis
    axes = tuple(range(operand.type.ndim)) if axes is None else tuple(axes)
    if value.type.ndim == operand.type.ndim:
        return node.op(value) * pt.cast(steps, node.outputs[0].type.dtype)
    total = value.sum(axis=(0, *[axis + 1 for axis in axes]))
    return total.astype(node.outputs[0].type.dtype)

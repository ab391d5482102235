"""Products with rows of a table, such as embeddings of words.

Where more rows are taken from a table than it has, as of a small vocabulary for many
words, it is less work to multiply the table and to take rows of the product. The same
holds for the gradients, in which rows are added up into the table.
"""

from __future__ import annotations

from typing import Any, cast

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import Reshape
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor1,
    AdvancedSubtensor1,
    Subtensor,
    advanced_inc_subtensor1,
    advanced_subtensor1,
)
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.joined_columns import joined_columns, sliced_columns
from brickyard.backends.scan_rewrites.summed_products import rows
from brickyard.backends.zeros import is_zero


@node_rewriter([Dot])
def multiply_table(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Multiply a table instead of the rows that are taken from it.

    ``E[i] @ W`` is ``(E @ W)[i]``, and ``E[i].T @ G``, the gradient with respect to
    ``W``, is ``E.T @ S`` where row ``v`` of ``S`` is the sum of all rows of ``G`` whose
    index is ``v``.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        A product.

    Returns
    -------
    list of Variable or None
        What takes the place of the product; None if it has no such rows.
    """
    left, right = cast(list[TensorVariable], node.inputs)
    if right.type.ndim != 2:
        return None
    product: Any = None
    if _takes_many_rows(left):
        table, indices = left.owner.inputs
        product = advanced_subtensor1(pt.dot(table, right), indices)
    elif (taken := _transposed(left)) is not None and _takes_many_rows(taken):
        table, indices = taken.owner.inputs
        product = pt.dot(table.T, _sums_by_index(right, indices, table))
    elif (values := _transposed(left)) is not None and _takes_many_rows(right):
        table, indices = right.owner.inputs
        product = pt.dot(_sums_by_index(values, indices, table).T, table)
    return None if product is None else [_typed_like(node.outputs[0], product)]


@node_rewriter([Elemwise, Subtensor])
def compute_on_table(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Compute what is the same for equal rows of a table before rows are taken.

    ``f(E[i], b)`` is ``f(E, b)[i]``, and ``E[i][:, columns]`` is ``E[:, columns][i]``:
    biases are added to the table, and its columns taken apart.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        An elementwise operation or a slice.

    Returns
    -------
    list of Variable or None
        What takes the place of the result; None if it is not computed row by row.
    """
    if len(node.outputs) != 1:
        return None
    (result,) = node.outputs
    which = [k for k, v in enumerate(node.inputs) if _rows_taken(v) is not None]
    if len(which) != 1:
        return None
    source = node.inputs[which[0]]
    table, indices = cast(Any, _rows_taken(source)).owner.inputs
    if isinstance(node.op, Subtensor):
        columns = sliced_columns(node)
        if columns is None:
            return None
        computed = table[:, columns[0] : columns[1]]
    else:
        others = [v for v in node.inputs if v is not source]
        if result.type.shape != source.type.shape or not all(map(_is_row, others)):
            return None
        computed = node.op(*[table if v is source else _as_row(v) for v in node.inputs])
    taken: Any = advanced_subtensor1(computed, indices)
    return [_typed_like(result, taken.reshape(result.type.shape))]


@node_rewriter([AdvancedIncSubtensor1])
def multiply_sums(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Multiply sums by index instead of the rows that are added up.

    The gradient of ``E[i] @ W`` with respect to ``E`` adds up rows of ``G @ W.T``; it
    is the product of the sums of the rows of ``G`` with ``W.T``.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        An addition to rows of a table.

    Returns
    -------
    list of Variable or None
        What takes the place of the new table; None if no products are added up.
    """
    table, values, indices = cast(list[TensorVariable], node.inputs)
    if node.op.set_instead_of_inc or table.type.ndim != 2 or values.type.ndim != 2:
        return None
    if not _are_many(indices, table):
        return None
    terms = _terms(fgraph, values)
    products = [term for term in terms if _is_product(term)]
    if not products:
        return None
    sums = [
        pt.dot(_sums_by_index(left, indices, table), right)
        for left, right in (term.owner.inputs for term in products)
    ]
    rest = [rows(term) for term in terms if term not in products]
    if rest:
        sums.append(advanced_inc_subtensor1(table, _sum(rest), indices))
    elif not is_zero(table):
        sums.append(table)
    return [_typed_like(node.outputs[0], _sum(sums))]


def _rows_taken(variable: Variable) -> Variable | None:
    """Return the rows taken from a table that a variable consists of, one by one."""
    shape = variable.type.shape
    if len(shape) < 2 or None in shape:
        return None
    if variable.owner is not None and isinstance(variable.owner.op, Reshape):
        variable = variable.owner.inputs[0]
        if not variable.type.ndim or variable.type.shape[-1] != shape[-1]:
            return None
    return variable if _takes_many_rows(variable) else None


def _as_row(variable: Any) -> TensorVariable:
    return variable.reshape((1, -1))


def _is_row(variable: Variable) -> bool:
    return all(length == 1 for length in variable.type.shape[:-1])


def _takes_many_rows(variable: Variable) -> bool:
    taken = variable.owner is not None and isinstance(
        variable.owner.op, AdvancedSubtensor1
    )
    return taken and _are_many(variable.owner.inputs[1], variable.owner.inputs[0])


def _are_many(indices: Variable, table: Variable) -> bool:
    """Return whether there are more indices than rows, for certain."""
    count, length = indices.type.shape[0], table.type.shape[0]
    return table.type.ndim == 2 and None not in (count, length) and count > length


def _transposed(variable: Variable) -> TensorVariable | None:
    """Return what a variable is the transpose of, if it is one."""
    node = variable.owner
    if node is None or not isinstance(node.op, DimShuffle):
        return None
    return node.inputs[0] if node.op.new_order == (1, 0) else None


def _sums_by_index(
    values: TensorVariable, indices: TensorVariable, table: TensorVariable
) -> TensorVariable:
    """Return, for each row of a table, the sum of the values with its index."""
    parts = joined_columns(values)
    if parts is not None:
        sums = [_sums_by_index(part, indices, table) for part in parts]
        return pt.join(1, *sums)
    shape = (table.type.shape[0], values.type.shape[1] or values.shape[1])
    zeros = pt.zeros(shape, dtype=values.type.dtype)
    return cast(TensorVariable, advanced_inc_subtensor1(zeros, values, indices))


def _terms(fgraph: FunctionGraph, values: Any) -> list[TensorVariable]:
    """Return arrays with as many rows in all, in this order, that sum up to values."""
    node = values.owner
    if node is None or len(fgraph.clients[values]) != 1:
        return [values]
    width = values.type.shape[-1]
    if isinstance(node.op, Reshape) and width is not None:
        source = node.inputs[0]
        if source.type.ndim and source.type.shape[-1] == width:
            return _terms(fgraph, source)
    if isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Add):
        shapes = {each.type.shape for each in node.inputs}
        if len(shapes) == 1 and None not in shapes.pop():
            return [term for each in node.inputs for term in _terms(fgraph, each)]
    return [values]


def _sum(terms: list[TensorVariable]) -> TensorVariable:
    return terms[0] if len(terms) == 1 else pt.add(*terms)


def _is_product(variable: TensorVariable) -> bool:
    node = variable.owner
    return (
        node is not None
        and isinstance(node.op, Dot)
        and all(each.type.ndim == 2 for each in node.inputs)
    )


def _typed_like(old: Variable, new: TensorVariable) -> Variable:
    return old.type.filter_variable(new.astype(old.type.dtype))

"""Reading arrays from their first row to their last where the order does not matter.

The gradient of a loop reads the arrays of the loop before from their end. What is then
summed over all steps can as well be read in order, and nothing need be turned around.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Add
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.subtensor import Subtensor

from brickyard.backends.scan_rewrites.row_ranges import rows_read


@node_rewriter([CAReduce])
def sum_in_order(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Sum rows from the first to the last that are given from the last to the first.

    Parameters
    ----------
    fgraph
        The graph the node is part of.
    node
        A reduction.

    Returns
    -------
    list of Variable or None
        What takes the place of the sum; None if no rows are turned around for it.
    """
    (operand,) = node.inputs
    sums_rows = node.op.axis is None or 0 in node.op.axis
    if not isinstance(node.op.scalar_op, Add) or not sums_rows:
        return None
    if operand.type.ndim == 0 or not _operands(operand):
        return None
    arrays = [v for v in _arrays(operand) if not _may_be_written_turned(fgraph, v)]
    from_end = sum(map(is_turned, arrays))
    if from_end <= len(arrays) - from_end:
        return None
    return [node.outputs[0].type.filter_variable(node.op(turned(operand)))]


def _arrays(variable: Variable) -> list[Variable]:
    """Return the different arrays that the rows of a variable are computed from."""
    operands = _operands(variable)
    if not operands:
        return [variable]
    return list(dict.fromkeys(each for v in operands for each in _arrays(v)))


def _may_be_written_turned(fgraph: FunctionGraph, variable: Variable) -> bool:
    """Return whether a variable is a result of a loop that no other loop reads."""
    rows = rows_read(variable)
    if rows is None or rows.base.owner is None:
        return False
    if not isinstance(rows.base.owner.op, Scan):
        return False
    pending = [rows.base]
    while pending:
        for node, _ in fgraph.clients[pending.pop()]:
            if isinstance(node.op, Scan):
                return False
            if isinstance(node.op, Subtensor | SpecifyShape):
                pending.extend(node.outputs)
    return True


def is_turned(variable: Variable) -> bool:
    """Return whether a variable is computed from rows in their reverse order.

    Parameters
    ----------
    variable
        An array of one or more axes.
    """
    rows = rows_read(variable)
    if rows is not None and rows.base is not variable:
        return rows.positions.step == -1 and len(rows.positions) > 1
    return any(is_turned(v) for v in _operands(variable))


def turned(variable: Any) -> Any:
    """Return the rows of a variable in their reverse order.

    Parameters
    ----------
    variable
        An array of one or more axes.

    Returns
    -------
    TensorVariable
        Computed from whole rows in order where the variable is not.
    """
    rows: Any = rows_read(variable)
    if rows is not None and rows.base is not variable and rows.positions.step == -1:
        return rows.base[rows.positions[-1] : rows.positions[0] + 1]
    operands = _operands(variable)
    if not operands:
        return variable[::-1]
    node = variable.owner
    return node.op(*[turned(v) if v in operands else v for v in node.inputs])


def _operands(variable: Variable) -> list[Variable]:
    """Return the arrays whose rows are operands for those of a variable, one by one."""
    node = variable.owner
    if node is None or len(node.outputs) != 1:
        return []
    if isinstance(node.op, DimShuffle):
        return list(node.inputs) if tuple(node.op.new_order[:1]) == (0,) else []
    if not isinstance(node.op, Elemwise) or variable.type.shape[0] in (None, 1):
        return []
    return [v for v in node.inputs if v.type.shape[0] == variable.type.shape[0]]

"""The order in which a graph's nodes and variables are listed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, NominalVariable, Variable
from pytensor.scalar.basic import Identity
from pytensor.tensor.elemwise import Elemwise


def sorted_nodes(
    outputs: Iterable[Variable], known: Container[Variable] = ()
) -> list[Apply]:
    """List the nodes that compute some variables, each after those it depends on.

    Inputs are visited left to right, so the order follows the way expressions are
    read, and graphs may be deeper than Python's recursion limit.

    Parameters
    ----------
    outputs
        The variables to be computed.
    known
        Variables that need not be computed.

    Returns
    -------
    list of Apply
        Each node once.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x, y = pt.scalars("x", "y")
    >>> [str(node.op) for node in sorted_nodes([pt.exp(x) + pt.log(y)])]
    ['Exp', 'Log', 'Add']
    """
    done: set[Apply] = set()
    order: list[Apply] = []
    stack = [
        variable.owner
        for variable in reversed(list(outputs))
        if variable.owner is not None and variable not in known
    ]
    while stack:
        node = stack[-1]
        waiting = [
            variable.owner
            for variable in reversed(node.inputs)
            if variable.owner is not None
            and variable.owner not in done
            and variable not in known
        ]
        if node in done or not waiting:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
        else:
            stack.extend(waiting)
    return order


def sorted_variables(
    outputs: Iterable[Variable], known: Container[Variable] = ()
) -> list[Variable]:
    """List the variables that some variables depend on, themselves included.

    Parameters
    ----------
    outputs
        The variables to be computed.
    known
        Variables to leave out, with those that they alone depend on.

    Returns
    -------
    list of Variable
        Each variable once, after those it depends on: roots directly before the first
        node that uses them. Outputs of nodes that nobody uses are left out.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x, y = pt.scalars("x", "y")
    >>> sorted_variables([pt.exp(x) + y])
    [x, Exp.0, y, Add.0]
    """
    outputs = list(outputs)
    nodes = sorted_nodes(outputs, known)
    used = set(outputs)
    for node in nodes:
        used.update(node.inputs)
    found: dict[Variable, None] = {}
    for node in nodes:
        found.update((v, None) for v in node.inputs if v.owner is None)
        found.update((v, None) for v in node.outputs if v in used)
    found.update((v, None) for v in outputs)
    return [v for v in found if v not in known] if known else list(found)


def is_input(variable: Variable) -> bool:
    """Tell whether a variable's value has to come from outside the graph.

    Parameters
    ----------
    variable
        Any variable.

    Returns
    -------
    bool
        True for roots that are neither shared variables nor constants.
    """
    return variable.owner is None and not isinstance(
        variable, SharedVariable | Constant | NominalVariable
    )


def originals(variable: Variable) -> Iterator[Variable]:
    """Yield a variable, what it is a copy of, what that is a copy of, and so on.

    Parameters
    ----------
    variable
        Any variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.vector("x")
    >>> list(originals(x.copy(name="y").copy(name="z")))
    [z, y, x]
    """
    yield variable
    while (node := variable.owner) is not None:
        if not (
            isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Identity)
        ):
            return
        variable = node.inputs[0]
        yield variable

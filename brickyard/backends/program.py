"""What is to be compiled, collected and checked once, for either backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs, toposort

from brickyard.backends.random import default_update_of

Updates = Mapping[SharedVariable, Variable] | Iterable[tuple[SharedVariable, Variable]]


@dataclass(frozen=True)
class Program:
    """Inputs, outputs and updates of a function, with every shared variable it uses.

    Parameters
    ----------
    inputs
        The variables that are passed in, in the order of the call.
    outputs
        The expressions that are returned.
    updates
        The new value of each updated shared variable.
    shared
        All shared variables of the graph: those that are updated first, in the order
        of `updates`, then those that are only read.
    """

    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    updates: dict[SharedVariable, Variable]
    shared: tuple[SharedVariable, ...]


def make_program(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    updates: Updates | None,
    givens: Mapping[Variable, Variable] | None,
    name: str,
) -> Program:
    """Collect what a function consists of, default updates included.

    Parameters
    ----------
    inputs, outputs, updates, givens
        As for `compile`.
    name
        The name of the function, for messages.

    Returns
    -------
    Program
        The function, not compiled yet.

    Raises
    ------
    TypeError
        If something is not a variable, an input is a shared one, or an update does not
        fit its variable.
    ValueError
        If an input is named twice, a variable is updated twice, or the graph needs a
        variable that is neither an input nor shared.
    """
    for variable in [*inputs, *outputs]:
        if not isinstance(variable, Variable):
            raise TypeError(
                f"function {name!r}: inputs and outputs are PyTensor variables, got "
                f"{type(variable).__name__}"
            )
    for variable in inputs:
        if isinstance(variable, SharedVariable):
            raise TypeError(
                f"function {name!r}: {variable} is a shared variable, which has its "
                "value already and is no input; put a variable in its place with "
                "givens={shared: variable}, or assign its value with set_value"
            )
    if len(set(inputs)) != len(inputs):
        twice = next(v for v in inputs if list(inputs).count(v) > 1)
        raise ValueError(f"function {name!r}: input {twice} is given twice")
    changes = _collect_updates(updates, name)
    if givens:
        expressions = clone_replace([*outputs, *changes.values()], dict(givens))
        outputs = expressions[: len(outputs)]
        changes = dict(zip(changes, expressions[len(outputs) :], strict=True))
    _add_default_updates(outputs, changes)
    roots = dict.fromkeys(graph_inputs([*outputs, *changes.values()]))
    _check_roots(roots, inputs, name)
    shared = dict.fromkeys(changes)
    shared.update((v, None) for v in roots if isinstance(v, SharedVariable))
    return Program(tuple(inputs), tuple(outputs), changes, tuple(shared))


def _collect_updates(
    updates: Updates | None, name: str
) -> dict[SharedVariable, Variable]:
    pairs = updates.items() if isinstance(updates, Mapping) else updates or ()
    changes: dict[SharedVariable, Variable] = {}
    for variable, value in pairs:
        if not isinstance(variable, SharedVariable):
            raise TypeError(
                f"function {name!r}: only shared variables are updated, got {variable}"
            )
        if variable in changes:
            raise ValueError(
                f"function {name!r}: shared variable {variable} is updated twice"
            )
        changes[variable] = _fitting(variable, value, name)
    return changes


def _fitting(variable: SharedVariable, value: Variable, name: str) -> Variable:
    """Return `value` as a variable of the type that `variable` holds."""
    try:
        return variable.type.filter_variable(value, allow_convert=True)
    except TypeError as error:
        raise TypeError(
            f"function {name!r}: shared variable {variable} is of type "
            f"{variable.type} and cannot be updated with {value} of type "
            f"{getattr(value, 'type', type(value).__name__)}; cast the new value"
        ) from error


def _add_default_updates(
    outputs: Sequence[Variable], changes: dict[SharedVariable, Variable]
) -> None:
    """Add the updates that random generators bring with them, in graph order."""
    pending: list[Variable] = [*outputs, *changes.values()]
    while pending:
        nodes = dict.fromkeys(toposort(pending))
        users = {variable: node for node in nodes for variable in node.inputs}
        found: dict[SharedVariable, Variable] = {}
        for variable in graph_inputs(pending):
            if isinstance(variable, SharedVariable) and variable not in changes:
                update = default_update_of(variable)
                if update is not None:
                    found[variable] = _as_drawn(update, users.get(variable))
        changes.update(found)
        pending = list(found.values())


def _as_drawn(update: Variable, draw: Apply | None) -> Variable:
    """Return an update of a generator in terms of the draw that a graph makes.

    The draw the update came with may have been replaced, together with inputs that
    this graph no longer has.
    """
    original = update.owner
    if original is None or draw is None or draw.op != original.op:
        return update
    return draw.outputs[original.outputs.index(update)]


def _check_roots(
    roots: Iterable[Variable], inputs: Sequence[Variable], name: str
) -> None:
    missing = [
        variable
        for variable in roots
        if not isinstance(variable, SharedVariable | Constant)
        and variable not in inputs
    ]
    if missing:
        raise ValueError(
            f"function {name!r} needs {', '.join(map(str, missing))}, which "
            f"{'is' if len(missing) == 1 else 'are'} not among its inputs "
            f"({', '.join(map(str, inputs)) or 'none'})"
        )

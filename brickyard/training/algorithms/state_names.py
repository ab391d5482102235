"""Stable names for everything a step rule remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.graph.roles import ALGORITHM_HYPERPARAMETER, has_roles
from brickyard.graph.traversal import sorted_variables
from brickyard.training.parameters import parameter_path


class StateNames:
    """Names the shared variables of an algorithm for its state.

    A buffer is called ``<parameter's path>/<rule>/<buffer>``, anything else a rule made
    ``<rule>/<variable>``. When several rules share a name, they are numbered in the
    order of the updates: ``scale_0``, ``scale_1``. Assigning ``rule.name`` keeps names
    stable when rules are added or removed.

    Parameters
    ----------
    owner
        The algorithm, for messages.
    updates
        All its updates.
    paths
        The names of its parameters, which are no part of the state.

    Attributes
    ----------
    buffers : dict
        What rules update, by name.
    hyperparameters : dict
        What rules read, by name.
    others : dict
        What else is updated, by name; numbered when names repeat.

    Raises
    ------
    ValueError
        If a rule made two variables of one name for one parameter.
    """

    def __init__(
        self,
        owner: str,
        updates: Iterable[tuple[SharedVariable, Variable]],
        paths: Mapping[Variable, str],
    ) -> None:
        self.owner = owner
        self.paths = paths
        values = {
            target: value
            for target, value in updates
            # Accumulators of monitoring are in the state of the extension.
            if not getattr(target.tag, "monitoring", False)
        }
        targets = [t for t in values if t not in paths and hasattr(t.type, "dtype")]
        rates = _hyperparameters(list(values.values()), targets)
        self._rule_names = _name_rules([*targets, *rates])
        self.buffers = self._name(t for t in targets if _rule_of(t) is not None)
        self.hyperparameters = self._name(r for r in rates if _rule_of(r) is not None)
        # Variables that were not made by rules have whatever name they were given.
        given = [rate for rate in rates if _rule_of(rate) is None]
        self.hyperparameters.update(numbered(given))
        self.others = numbered([t for t in targets if _rule_of(t) is None])

    def _name(self, variables: Iterable[SharedVariable]) -> dict[str, SharedVariable]:
        named: dict[str, SharedVariable] = {}
        for variable in variables:
            key = f"{self._rule_names[id(_rule_of(variable))]}/{variable.name}"
            parameter = getattr(variable.tag, "for_parameter", None)
            if parameter is not None:
                path = self.paths.get(parameter) or parameter_path(parameter)
                key = f"{path}/{key}"
            if key in named:
                raise ValueError(
                    f"{self.owner}: two buffers are called {key!r}; a rule must give "
                    "the buffers of one parameter different names"
                )
            named[key] = variable
        return named


def numbered(variables: Iterable[SharedVariable]) -> dict[str, SharedVariable]:
    """Name variables by themselves or their bricks, with numbers where names repeat.

    Parameters
    ----------
    variables
        Shared variables.

    Returns
    -------
    dict
        The variables by name, in their order.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> list(numbered([shared(0, name="count"), shared(0, name="count"), shared(0)]))
    ['count_0', 'count_1', 'nameless']
    """
    variables = list(variables)
    names = [parameter_path(v) if v.name else "nameless" for v in variables]
    counts: dict[str, int] = {}
    named: dict[str, SharedVariable] = {}
    for name, variable in zip(names, variables, strict=True):
        if names.count(name) > 1:
            counts[name] = counts.get(name, -1) + 1
            name = f"{name}_{counts[name]}"
        named[name] = variable
    return named


def _rule_of(variable: Variable) -> Any:
    return getattr(variable.tag, "step_rule", None)


def _name_rules(variables: Iterable[Variable]) -> dict[int, str]:
    """Return a unique name for each rule, by its identity."""
    rules = {id(r): r for r in map(_rule_of, variables) if r is not None}
    names = {key: str(rule.name) for key, rule in rules.items()}
    all_names = list(names.values())
    counts: dict[str, int] = {}
    for key, name in names.items():
        if all_names.count(name) > 1:
            counts[name] = counts.get(name, -1) + 1
            names[key] = f"{name}_{counts[name]}"
    return names


def _hyperparameters(
    expressions: list[Variable], targets: list[SharedVariable]
) -> list[SharedVariable]:
    updated = set(targets)
    return [
        variable
        for variable in sorted_variables(expressions)
        if isinstance(variable, SharedVariable)
        and variable not in updated
        and has_roles(variable, [ALGORITHM_HYPERPARAMETER])
    ]

"""Roles: what a variable is for.

A role is a small object on a variable's tag. The hierarchy of the role classes is the
hierarchy of meanings: a `FilterRole` is a `WeightRole`, which is a `ParameterRole`.
Asking for a role finds the variables that carry it or a more specific one. Libraries
and scripts add roles of their own by subclassing `VariableRole`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytensor.graph.basic import Variable


class VariableRole:
    """The base of all roles.

    Two roles of one class are equal. A role prints as its constant is spelt, which is
    the name of its class in capitals without ``Role``.

    Examples
    --------
    >>> class GateWeightRole(WeightRole):
    ...     '''The weights of a gate.'''
    >>> GateWeightRole()
    GATE_WEIGHT
    >>> GateWeightRole() == GateWeightRole()
    True
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        stem = type(self).__name__.removesuffix("Role")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).upper()


class InputRole(VariableRole):
    """An input of a brick's application."""


class OutputRole(VariableRole):
    """An output of a brick's application."""


class CostRole(VariableRole):
    """A scalar that measures how bad the predictions are."""


class PersistentRole(VariableRole):
    """A shared variable whose value belongs to the model and is saved with it."""


class ParameterRole(PersistentRole):
    """A parameter: persistent, and learned by gradient descent."""


class AuxiliaryRole(VariableRole):
    """A variable of interest beside the outputs, such as a norm to be monitored."""


class WeightRole(ParameterRole):
    """A parameter that multiplies an input."""


class BiasRole(ParameterRole):
    """A parameter that is added."""


class InitialStateRole(ParameterRole):
    """The learned first state of a recurrence."""


class FilterRole(WeightRole):
    """The filters of a convolution."""


class DropoutRole(VariableRole):
    """What stands for a variable after dropout was applied to it."""


class CollectedRole(VariableRole):
    """A parameter replaced by a part of a collector."""


class CollectorRole(ParameterRole):
    """The flat vector that holds the values of several collected parameters."""


class AlgorithmStateRole(VariableRole):
    """A shared variable that belongs to a training algorithm."""


class AlgorithmHyperparameterRole(AlgorithmStateRole):
    """A number that steers a training algorithm, such as the learning rate."""


class AlgorithmBufferRole(AlgorithmStateRole):
    """An accumulator of a training algorithm, such as a velocity."""


class BatchNormPopulationStatisticsRole(PersistentRole):
    """A population statistic of batch normalization."""


class BatchNormPopulationMeanRole(BatchNormPopulationStatisticsRole):
    """The population mean of batch normalization."""


class BatchNormPopulationStdevRole(BatchNormPopulationStatisticsRole):
    """The population standard deviation of batch normalization."""


class BatchNormGraphVariableRole(VariableRole):
    """A variable that batch normalization replaces between training and inference."""


class BatchNormOffsetRole(BatchNormGraphVariableRole):
    """What batch normalization subtracts."""


class BatchNormDivisorRole(BatchNormGraphVariableRole):
    """What batch normalization divides by."""


class BatchNormMinibatchEstimateRole(BatchNormGraphVariableRole):
    """A statistic of batch normalization estimated from the batch."""


class BatchNormScaleParameterRole(ParameterRole):
    """The learned scale of batch normalization."""


class BatchNormShiftParameterRole(BiasRole):
    """The learned shift of batch normalization."""


INPUT = InputRole()
OUTPUT = OutputRole()
COST = CostRole()
PERSISTENT = PersistentRole()
PARAMETER = ParameterRole()
AUXILIARY = AuxiliaryRole()
WEIGHT = WeightRole()
BIAS = BiasRole()
INITIAL_STATE = InitialStateRole()
FILTER = FilterRole()
DROPOUT = DropoutRole()
COLLECTED = CollectedRole()
COLLECTOR = CollectorRole()
ALGORITHM_STATE = AlgorithmStateRole()
ALGORITHM_HYPERPARAMETER = AlgorithmHyperparameterRole()
ALGORITHM_BUFFER = AlgorithmBufferRole()
BATCH_NORM_POPULATION_STATISTICS = BatchNormPopulationStatisticsRole()
BATCH_NORM_POPULATION_MEAN = BatchNormPopulationMeanRole()
BATCH_NORM_POPULATION_STDEV = BatchNormPopulationStdevRole()
BATCH_NORM_GRAPH_VARIABLE = BatchNormGraphVariableRole()
BATCH_NORM_OFFSET = BatchNormOffsetRole()
BATCH_NORM_DIVISOR = BatchNormDivisorRole()
BATCH_NORM_MINIBATCH_ESTIMATE = BatchNormMinibatchEstimateRole()
BATCH_NORM_SCALE_PARAMETER = BatchNormScaleParameterRole()
BATCH_NORM_SHIFT_PARAMETER = BatchNormShiftParameterRole()


def add_role(var: Variable, role: VariableRole) -> None:
    """Give a variable a role.

    A more specific role takes the place of the more general ones the variable had; a
    role that the variable's roles already imply changes nothing.

    Parameters
    ----------
    var
        Any variable of a graph.
    role
        The role, for example ``WEIGHT``.

    Raises
    ------
    TypeError
        If `var` is not a variable or `role` is not a role.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> W = pt.matrix("W")
    >>> add_role(W, PARAMETER)
    >>> add_role(W, WEIGHT)
    >>> W.tag.roles
    [WEIGHT]
    >>> add_role(W, PARAMETER)
    >>> W.tag.roles
    [WEIGHT]
    """
    require_variable(var, "a role")
    require_roles([role])
    roles = getattr(var.tag, "roles", [])
    if any(isinstance(present, type(role)) for present in roles):
        return
    kept = [present for present in roles if not isinstance(role, type(present))]
    # A new list: copies of a variable share the tag's values with the original.
    var.tag.roles = [*kept, role]


def has_roles(
    var: Variable, roles: Iterable[VariableRole], match_all: bool = False
) -> bool:
    """Tell whether a variable has the given roles, or more specific ones.

    Parameters
    ----------
    var
        Any variable of a graph.
    roles
        The roles asked for.
    match_all
        Ask for every one of `roles` instead of at least one.

    Returns
    -------
    bool
        Whether the variable's roles match.

    Raises
    ------
    TypeError
        If `var` is not a variable or something in `roles` is not a role.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> W = pt.matrix("W")
    >>> add_role(W, WEIGHT)
    >>> has_roles(W, [PARAMETER]), has_roles(W, [FILTER])
    (True, False)
    >>> has_roles(W, [PARAMETER, COST]), has_roles(W, [PARAMETER, COST], match_all=True)
    (True, False)
    """
    require_variable(var, "roles")
    asked = require_roles(roles)
    carried = getattr(var.tag, "roles", [])
    matches = (any(isinstance(r, type(role)) for r in carried) for role in asked)
    return all(matches) if match_all else any(matches)


def require_variable(var: object, what: str) -> None:
    """Raise unless something is a variable.

    Parameters
    ----------
    var
        What should be a PyTensor variable.
    what
        What variables carry here, for the message.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not isinstance(var, Variable):
        raise TypeError(
            f"only PyTensor variables carry {what}, got {var!r} of type "
            f"{type(var).__name__}"
        )


def require_roles(roles: Iterable[VariableRole]) -> list[VariableRole]:
    """Return roles as a list, raising unless each of them is a role.

    Parameters
    ----------
    roles
        An iterable of roles.

    Returns
    -------
    list of VariableRole
        The roles in the given order.

    Raises
    ------
    TypeError
        If `roles` is not an iterable of roles.
    """
    if isinstance(roles, VariableRole):
        raise TypeError(
            f"roles must be a list of roles, got {roles!r}: use [{roles!r}]"
        )
    if not isinstance(roles, Iterable):
        raise TypeError(f"roles must be a list of roles, got {roles!r}")
    asked = list(roles)
    for role in asked:
        if isinstance(role, VariableRole):
            continue
        fix = ""
        if isinstance(role, type) and issubclass(role, VariableRole):
            fix = f": use the constant {role()!r} instead of the class"
        elif isinstance(role, str):
            fix = f": roles are constants such as WEIGHT, imported from {__package__}"
        raise TypeError(f"{role!r} is not a role{fix}")
    return asked

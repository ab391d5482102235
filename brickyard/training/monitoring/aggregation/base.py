"""How the values of a variable over many batches become one."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor
from brickyard.graph.traversal import originals

Shapes = Mapping[Variable, tuple[int, ...]]
Updates = list[tuple[Any, Any]]
"""Pairs of a shared variable and its new value."""


@dataclass
class Aggregator:
    """The expressions that aggregate one variable inside a compiled function.

    Parameters
    ----------
    aggregation_scheme
        The scheme this belongs to.
    initialization_updates
        New values of the accumulators before the first batch, as pairs.
    accumulation_updates
        New values of the accumulators after each batch, as pairs.
    readout_variable
        The aggregated value, in terms of the accumulators. None if the values of the
        batches are collected on the host instead.
    collected
        The variable whose values are collected on the host and joined along their
        first axis; None for everything that is accumulated on the device.
    """

    aggregation_scheme: AggregationScheme
    initialization_updates: Updates = field(default_factory=list)
    accumulation_updates: Updates = field(default_factory=list)
    readout_variable: Variable | None = None
    collected: Variable | None = None


class AggregationScheme(ABC):
    """A way to aggregate a variable over the batches of an epoch.

    A scheme is attached to the variable it aggregates as
    ``variable.tag.aggregation_scheme``; copies of the variable are aggregated alike.

    Parameters
    ----------
    variable
        The variable whose values are aggregated.
    """

    def __init__(self, variable: TensorVariable) -> None:
        self.variable = variable

    def accumulated(self) -> list[Variable]:
        """Name the variables for which there are accumulators of the same shape.

        Returns
        -------
        list of Variable
            Variables whose shape has to be known before anything is accumulated.
        """
        return [self.variable]

    def rewritten(self, rewrite: Callable[[Variable], Variable]) -> AggregationScheme:
        """Return this scheme for a graph of which parts were replaced.

        Parameters
        ----------
        rewrite
            Gives for each variable what it has become.

        Returns
        -------
        AggregationScheme
            The same with other variables.
        """
        twin = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Variable):
                setattr(twin, name, rewrite(value))
        return twin

    @abstractmethod
    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return new accumulators and the expressions that use them.

        Parameters
        ----------
        shapes
            The shapes of variables for which the graph does not tell it.

        Returns
        -------
        Aggregator
            With accumulators that no other aggregator shares.

        Raises
        ------
        ValueError
            If the shape of an accumulator is known from neither.
        """


class TakeLast(AggregationScheme):
    """The value of the last batch.

    Parameters
    ----------
    variable
        The variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> cost = pt.vector("x").sum()
    >>> cost.tag.aggregation_scheme = TakeLast(cost)
    """

    def accumulated(self) -> list[Variable]:
        """Name no variables: the shape may differ from batch to batch.

        Returns
        -------
        list of Variable
            Nothing.
        """
        return []

    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return a place for the last value.

        Parameters
        ----------
        shapes
            Not needed.

        Returns
        -------
        Aggregator
            Without initialization: the last value stays until there is another.
        """
        last = last_value(self.variable)
        return Aggregator(self, [], [(last, self.variable)], last)


def last_value(variable: TensorVariable) -> SharedTensor:
    """Make a shared variable that holds a value of `variable`, of whatever shape.

    Parameters
    ----------
    variable
        The variable.

    Returns
    -------
    SharedTensor
        Zeros, with axes of unknown length empty.
    """
    shape = variable.type.shape
    return SharedTensor(
        type=TensorType(variable.dtype, shape=shape),
        value=np.zeros([length or 0 for length in shape], dtype=variable.dtype),
        strict=False,
        name=f"{variable.name}_last",
    )


def accumulator_shape(variable: Variable, shapes: Shapes | None) -> tuple[int, ...]:
    """Return the shape that an accumulator for `variable` has.

    Parameters
    ----------
    variable
        What is accumulated.
    shapes
        Shapes that are known from elsewhere.

    Returns
    -------
    tuple of int
        The shape.

    Raises
    ------
    ValueError
        If it is not known.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> accumulator_shape(pt.matrix("x"), None)
    Traceback (most recent call last):
        ...
    ValueError: 'x' cannot be accumulated over batches while the graph is built: ...
    """
    if variable in (shapes or {}):
        return shapes[variable]  # type: ignore[index]
    static = variable.type.shape
    if None not in static:
        return static
    raise ValueError(
        f"{variable.name or str(variable)!r} cannot be accumulated over batches while "
        f"the graph is built: its shape {static} is not fully known; reduce it to a "
        "number, say its shape with pt.specify_shape(variable, shape), or monitor it "
        "with DataStreamMonitoring"
    )


def needs_data(variable: Variable) -> bool:
    """Tell whether a variable depends on anything but shared variables.

    Parameters
    ----------
    variable
        A variable of a graph.

    Returns
    -------
    bool
        Whether its value differs between batches.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> needs_data(pt.vector("x").sum()), needs_data(pt.constant(1.0) * 2)
    (True, False)
    """
    return bool(data_inputs([variable]))


def data_inputs(variables: Sequence[Variable]) -> list[Variable]:
    """Return the inputs of a graph that a batch has to supply.

    Parameters
    ----------
    variables
        Variables of the graph.

    Returns
    -------
    list of Variable
        Each once, in a deterministic order.
    """
    return [
        variable
        for variable in dict.fromkeys(graph_inputs(list(variables)))
        if not isinstance(variable, SharedVariable | Constant)
    ]


def declared_scheme(variable: Variable) -> AggregationScheme | None:
    """Return the aggregation scheme that a variable, or what it copies, declares.

    Parameters
    ----------
    variable
        The variable.

    Returns
    -------
    AggregationScheme or None
        None if nobody has said how the variable is aggregated.
    """
    for original in originals(variable):
        scheme: Any = getattr(original.tag, "aggregation_scheme", None)
        if scheme is not None:
            return scheme
    return None

"""Many aggregators at once, and the shared variables they accumulate in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.backends import (
    CompiledFunction,
    compile,
    generators_of,
    shared,
)
from brickyard.state import State, require_keys
from brickyard.training.monitoring.aggregation.averages import default_mean
from brickyard.training.monitoring.aggregation.base import (
    Aggregator,
    Shapes,
    TakeLast,
    Updates,
    declared_scheme,
    needs_data,
)
from brickyard.training.monitoring.generators import (
    restore_generators,
    save_generators,
)
from brickyard.training.monitoring.names import check_names, with_names
from brickyard.training.monitoring.quantities import MonitoredQuantity


class MonitoredQuantityBuffer:
    """Several monitored quantities that are given the values they require.

    Parameters
    ----------
    quantities
        The quantities.

    Attributes
    ----------
    requires : list of Variable
        The variables that any of them requires, each once.

    Raises
    ------
    ValueError
        If two quantities have one name, or one has none.
    """

    def __init__(self, quantities: Sequence[MonitoredQuantity]) -> None:
        self.quantities = list(quantities)
        check_names(self.quantities, "monitored quantities")
        required = [v for quantity in self.quantities for v in quantity.requires]
        self.requires = list(dict.fromkeys(required))

    def initialize_quantities(self) -> None:
        """Begin a new aggregation."""
        for quantity in self.quantities:
            quantity.initialize()

    def aggregate_quantities(self, numerical_values: Sequence[Any]) -> None:
        """Hand every quantity its values of a batch.

        Parameters
        ----------
        numerical_values
            The values of `requires`, in that order.
        """
        values = dict(zip(self.requires, numerical_values, strict=True))
        for quantity in self.quantities:
            quantity.aggregate(*(values[variable] for variable in quantity.requires))

    def get_aggregated_values(self) -> dict[str, Any]:
        """Return the values of the quantities by name.

        Returns
        -------
        dict
            In the order of the quantities.
        """
        return {str(q.name): q.get_aggregated_value() for q in self.quantities}

    def get_state(self) -> State:
        """Return the states of the quantities by name.

        Returns
        -------
        dict
            In the order of the quantities.
        """
        return {
            str(quantity.name): quantity.get_state() for quantity in self.quantities
        }

    def set_state(self, state: State, owner: str = "the quantities") -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.
        owner
            Whose state it is, for messages.

        Raises
        ------
        ValueError
            If it is the state of other quantities.
        """
        require_keys(state, [str(quantity.name) for quantity in self.quantities], owner)
        for quantity in self.quantities:
            quantity.set_state(state[str(quantity.name)])


class AggregationBuffer:
    """Accumulators for several variables, with the updates that fill them.

    A variable without an aggregation scheme of its own is averaged over the batches.
    One that depends on shared variables alone needs no accumulator: it is computed
    when the values are read.

    Parameters
    ----------
    variables
        Variables with different names.
    use_take_last
        Whether variables without a scheme of their own give their last value rather
        than their mean.
    shapes
        Shapes of variables that the graph does not tell.

    Attributes
    ----------
    initialization_updates, accumulation_updates : list of pairs
        To be made before the first batch, and with every batch.
    collected : list of Variable
        Variables whose values are to be read back after every batch and passed to
        `collect`.
    backend : str or None
        What the readout is compiled by; None for the default.

    Raises
    ------
    ValueError
        If two variables have one name, one has none, or the shape of an accumulator
        is not known.
    """

    def __init__(
        self,
        variables: Sequence[Variable],
        use_take_last: bool = False,
        shapes: Shapes | None = None,
    ) -> None:
        self.variables = with_names(variables, "monitored variables")
        self._count = shared(np.int64(0), name="monitored_batches")
        self.initialization_updates: Updates = [(self._count, pt.constant(np.int64(0)))]
        self.accumulation_updates: Updates = [(self._count, self._count + np.int64(1))]
        self.collected: list[Variable] = []
        self._readouts: dict[str, Variable] = {}
        self._joined: dict[str, list[np.ndarray]] = {}
        self._independent: set[str] = set()
        for variable in self.variables:
            self._aggregate(variable, use_take_last, shapes)
        self.generators = generators_of(self.variables)
        self._read: CompiledFunction | None = None
        self.backend: str | None = None

    @property
    def accumulators(self) -> list[SharedVariable]:
        """The shared variables in which values are accumulated."""
        return [variable for variable, _ in self.accumulation_updates]

    @property
    def needs_batches(self) -> bool:
        """Whether any of the variables depends on data."""
        return len(self._independent) < len(self.variables)

    def initialize_aggregators(self) -> None:
        """Begin a new aggregation."""
        for variable, value in self.initialization_updates:
            variable.set_value(value.data)
        self._joined = {name: [] for name in self._joined}

    def collect(self, values: Sequence[Any]) -> None:
        """Keep the values of a batch.

        Parameters
        ----------
        values
            The values of `collected`, in that order.
        """
        for parts, value in zip(self._joined.values(), values, strict=True):
            parts.append(value)

    def get_aggregated_values(self) -> dict[str, Any]:
        """Read the aggregated values; this waits for the device.

        Returns
        -------
        dict
            Value by name of the variable: Python numbers for scalars, else arrays.
            Variables that depend on data are left out if there was no batch since the
            aggregators were initialized.
        """
        if self._read is None:
            outputs = [self._count, *self._readouts.values()]
            self._read = compile(
                [], outputs, backend=self.backend, name="monitoring readout"
            )
        count, *values = (as_value(value) for value in self._read())
        found = dict(zip(self._readouts, values, strict=True))
        for name, parts in self._joined.items():
            if parts:
                found[name] = np.concatenate([np.asarray(part) for part in parts])
        names = [str(variable.name) for variable in self.variables]
        return {n: found[n] for n in names if count or n in self._independent}

    def get_state(self) -> State:
        """Return what was accumulated, and the generators that the variables use.

        Returns
        -------
        dict
            Accumulators and generators in graph order, collected values by name.
        """
        return {
            "accumulators": [variable.get_value() for variable in self.accumulators],
            "collected": {
                name: [np.array(part) for part in parts]
                for name, parts in self._joined.items()
            },
            "generators": save_generators(self.generators),
        }

    def set_state(self, state: State, owner: str = "the aggregators") -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.
        owner
            Whose state it is, for messages.

        Raises
        ------
        ValueError
            If it is the state of other variables.
        """
        require_keys(state, ["accumulators", "collected", "generators"], owner)
        require_keys(state["collected"], self._joined, owner)
        saved = state["accumulators"]
        if len(self.accumulators) != len(saved):
            raise ValueError(
                f"the state of {owner} has {len(saved)} accumulators, but there are "
                f"{len(self.accumulators)}; it was saved with other variables"
            )
        for variable, value in zip(self.accumulators, saved, strict=True):
            check_fits(variable, value, owner)
        restore_generators(self.generators, state["generators"], owner)
        for variable, value in zip(self.accumulators, saved, strict=True):
            variable.set_value(value)
        self._joined = {name: list(state["collected"][name]) for name in self._joined}

    def _aggregate(
        self, variable: Any, use_take_last: bool, shapes: Shapes | None
    ) -> None:
        name = str(variable.name)
        if not needs_data(variable):
            self._independent.add(name)
            self._readouts[name] = variable
            return
        scheme = declared_scheme(variable)
        if scheme is None:
            scheme = TakeLast(variable) if use_take_last else default_mean(variable)
        aggregator: Aggregator = scheme.get_aggregator(shapes)
        self.initialization_updates += aggregator.initialization_updates
        self.accumulation_updates += aggregator.accumulation_updates
        if aggregator.collected is not None:
            self.collected.append(aggregator.collected)
            self._joined[name] = []
        else:
            readout: Any = aggregator.readout_variable
            self._readouts[name] = readout


def unknown_shapes(variables: Sequence[Variable]) -> list[Variable]:
    """Return the variables whose accumulators need a shape the graph does not tell.

    Parameters
    ----------
    variables
        Monitored variables.

    Returns
    -------
    list of Variable
        What has to be evaluated once to learn the shapes.
    """
    return [
        part
        for variable in variables
        if needs_data(variable)
        for part in (declared_scheme(variable) or default_mean(variable)).accumulated()
        if None in part.type.shape
    ]


def as_value(value: Any) -> Any:
    """Return an array of a device as a NumPy array, a scalar as a Python number.

    Parameters
    ----------
    value
        An array on any device.

    Returns
    -------
    number or numpy.ndarray
        The value, in memory of its own.
    """
    array = np.array(value)
    return array if array.ndim else array.item()


def check_fits(variable: Any, value: Any, owner: str) -> None:
    """Raise unless a shared variable can take a saved value.

    Parameters
    ----------
    variable
        The variable.
    value
        The value.
    owner
        Whose state it is from, for the message.

    Raises
    ------
    ValueError
        If shape or dtype differ.
    """
    shape, dtype = np.shape(value), np.asarray(value).dtype
    static = variable.type.shape
    lengths = len(shape) == len(static) and all(
        known in (None, length) for known, length in zip(static, shape, strict=False)
    )
    if not lengths or dtype != variable.dtype:
        raise ValueError(
            f"the state of {owner} has {dtype} of shape {shape} for "
            f"{variable.name!r}, which is {variable.dtype} of shape {static}"
        )

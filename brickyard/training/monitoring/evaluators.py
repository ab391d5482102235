"""Evaluating variables over all the batches of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.backends import CompiledFunction, compile, generators_of
from brickyard.state import State, require_keys
from brickyard.training.monitoring.aggregation.base import data_inputs
from brickyard.training.monitoring.buffers import (
    AggregationBuffer,
    MonitoredQuantityBuffer,
    check_fits,
    unknown_shapes,
)
from brickyard.training.monitoring.generators import (
    restore_generators,
    save_generators,
)
from brickyard.training.monitoring.names import check_names, with_names
from brickyard.training.monitoring.quantities import MonitoredQuantity

SharedUpdates = Mapping[SharedVariable, Variable] | Sequence[tuple[Any, Variable]]


class DatasetEvaluator:
    """Aggregates variables and quantities over batches, in one compiled function.

    Parameters
    ----------
    variables
        Variables and monitored quantities, each with a name of its own.
    updates
        Updates of shared variables that are made with every batch, as a mapping or
        as pairs.
    owner
        What messages call the evaluator.

    Attributes
    ----------
    backend : str or None
        What functions are compiled by; None for the default.

    Raises
    ------
    ValueError
        If a name is missing or given twice.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.vector("x")
    >>> evaluator = DatasetEvaluator([x.sum().copy(name="total")])
    >>> evaluator.initialize_aggregators()
    >>> for numbers in ([1, 2], [3, 4]):
    ...     evaluator.process_batch({"x": np.asarray(numbers, dtype=x.dtype)})
    >>> evaluator.get_aggregated_values()
    {'total': 5.0}
    """

    def __init__(
        self,
        variables: Sequence[Variable | MonitoredQuantity],
        updates: SharedUpdates | None = None,
        owner: str = "DatasetEvaluator",
    ) -> None:
        self.owner = owner
        variables = with_names(variables, f"variables of {owner}")
        self.names = [str(variable.name) for variable in variables]
        self.variables = [v for v in variables if not isinstance(v, MonitoredQuantity)]
        self.quantities = MonitoredQuantityBuffer(
            [v for v in variables if isinstance(v, MonitoredQuantity)]
        )
        pairs = updates.items() if isinstance(updates, Mapping) else updates or ()
        self.updates = list(pairs)
        graph = [
            *self.variables,
            *self.quantities.requires,
            *(value for _, value in self.updates),
        ]
        self.inputs = data_inputs(graph)
        self._generators = generators_of(graph)
        check_names(self.inputs, f"inputs of the graph of {owner}")
        self._input_names = [str(variable.name) for variable in self.inputs]
        self._unknown: list[Any] = unknown_shapes(self.variables)
        self._buffer: AggregationBuffer | None = None
        if not self._unknown:
            self._buffer = AggregationBuffer(self.variables)
        self._accumulate: CompiledFunction | None = None
        self.backend: str | None = None

    @property
    def needs_batches(self) -> bool:
        """Whether there is anything that depends on data."""
        return bool(self.inputs or self.quantities.quantities or self.updates)

    def initialize_aggregators(self) -> None:
        """Begin a new aggregation."""
        self.quantities.initialize_quantities()
        if self._buffer is not None:
            self._buffer.initialize_aggregators()

    def process_batch(self, batch: Mapping[str, Any]) -> None:
        """Aggregate over a batch.

        Parameters
        ----------
        batch
            Arrays by source name; sources that the graph does not use are ignored.

        Raises
        ------
        ValueError
            If the batch lacks an input of the graph.
        """
        try:
            arrays = [batch[name] for name in self._input_names]
        except KeyError as error:
            raise self._mismatch(batch) from error
        if self._buffer is None:
            self._buffer = self._probe(arrays)
        if self._accumulate is None:
            self._accumulate = compile(
                self.inputs,
                [*self._buffer.collected, *self.quantities.requires],
                updates=[*self._buffer.accumulation_updates, *self.updates],
                backend=self.backend,
                name=self.owner,
            )
        values = self._accumulate(*arrays)
        count = len(self._buffer.collected)
        self._buffer.collect(values[:count])
        if self.quantities.quantities:
            required = [np.array(value) for value in values[count:]]
            self.quantities.aggregate_quantities(required)

    def get_aggregated_values(self) -> dict[str, Any]:
        """Read the aggregated values; this waits for the device.

        Returns
        -------
        dict
            Value by name, in the order of the variables: Python numbers for scalars,
            else arrays. What depends on data is left out before the first batch.
        """
        values = self.quantities.get_aggregated_values()
        if self._buffer is not None:
            self._buffer.backend = self.backend
            values.update(self._buffer.get_aggregated_values())
        return {name: values[name] for name in self.names if name in values}

    def evaluate(self, data_stream: Any) -> dict[str, Any]:
        """Aggregate over an epoch of a stream.

        Parameters
        ----------
        data_stream
            A stream of batches. Its epoch counter advances, unless nothing depends on
            data.

        Returns
        -------
        dict
            Value by name.

        Raises
        ------
        ValueError
            If the stream has no batch, or its batches lack an input of the graph.
        """
        self.initialize_aggregators()
        if self.needs_batches:
            empty = True
            for batch in data_stream.get_epoch_iterator(as_dict=True):
                empty = False
                self.process_batch(batch)
            if empty:
                raise ValueError(
                    f"{self.owner}: the stream has no batches to evaluate "
                    f"{', '.join(self.names)} on"
                )
        return self.get_aggregated_values()

    def get_state(self) -> State:
        """Return what a later evaluation depends on.

        Returns
        -------
        dict
            The generators that the graph draws from and the variables that the
            updates change, in graph order.
        """
        return {
            "generators": save_generators(self._generators),
            "updated": [variable.get_value() for variable, _ in self.updates],
        }

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If it is the state of an evaluator of other variables.
        """
        require_keys(state, ["generators", "updated"], self.owner)
        if len(state["updated"]) != len(self.updates):
            raise ValueError(
                f"the state of {self.owner} has {len(state['updated'])} updated "
                f"variables, but its updates change {len(self.updates)}"
            )
        changed = [variable for variable, _ in self.updates]
        for variable, value in zip(changed, state["updated"], strict=True):
            check_fits(variable, value, self.owner)
        restore_generators(self._generators, state["generators"], self.owner)
        for variable, value in zip(changed, state["updated"], strict=True):
            variable.set_value(value)

    def _probe(self, arrays: Sequence[Any]) -> AggregationBuffer:
        """Learn the shapes of accumulators from the first batch, without a trace."""
        before = save_generators(self._generators)
        shapes = compile(
            self.inputs,
            [variable.shape for variable in self._unknown],
            backend=self.backend,
            name=f"{self.owner}, shapes of accumulators",
        )(*arrays)
        restore_generators(self._generators, before, self.owner)
        known = {
            variable: tuple(int(length) for length in np.asarray(shape))
            for variable, shape in zip(self._unknown, shapes, strict=True)
        }
        return AggregationBuffer(self.variables, shapes=known)

    def _mismatch(self, batch: Mapping[str, Any]) -> ValueError:
        missing = [name for name in self._input_names if name not in batch]
        return ValueError(
            f"{self.owner}: the monitored graph has the inputs "
            f"{', '.join(map(repr, self._input_names))}, but the stream gives "
            f"{', '.join(map(repr, batch)) or 'nothing'}; "
            f"{', '.join(map(repr, missing))} not found: rename the sources with "
            "Rename or name the variables of the graph after them"
        )

"""Monitoring on the batches that are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.extensions.backend import backend_of
from brickyard.extensions.monitoring import MonitoringExtension
from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.state import State
from brickyard.training.monitoring import (
    AggregationBuffer,
    MonitoredQuantity,
    MonitoredQuantityBuffer,
)
from brickyard.training.monitoring.aggregation.base import Updates, last_value


class TrainingDataMonitoring(SimpleExtension, MonitoringExtension):
    """Aggregate variables over the batches of training, and record the values.

    The aggregation takes part in the compiled step of the algorithm and costs no
    second pass; values leave the device only when they are recorded. They aggregate
    the batches since they were last recorded, each computed with the parameters
    before its step. Variables that need no data, such as parameters or their norms,
    are evaluated when they are recorded.

    Acts after every epoch if no condition is given. With ``after_batch=True``
    variables that do not declare their aggregation give their last value, at the
    price of waiting for the device after every batch; ``every_n_batches`` gives means
    over so many batches and waits less often.

    Parameters
    ----------
    variables : list of Variable or MonitoredQuantity
        What is monitored; each needs a name. A sum of which one term has a name
        is called like it: ``cost + penalty`` is recorded as ``cost``. Quantities and
        variables aggregated by `Concatenate` are read back after every batch.
    **kwargs
        ``prefix``, ``suffix``, ``name`` and conditions.

    Raises
    ------
    TypeError
        If something is neither a variable nor a quantity, or there is no such
        condition.
    ValueError
        If a name is missing or given twice, or the shape of an average is not known.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> cost = pt.matrix("features").sum().copy(name="cost")
    >>> TrainingDataMonitoring([cost], prefix="train").writes()
    ['train_cost']
    """

    def __init__(
        self, variables: Sequence[Variable | MonitoredQuantity], **kwargs: Any
    ) -> None:
        default_conditions(kwargs, "after_epoch")
        super().__init__(**kwargs)
        variables = self.monitor(variables)
        plain = [v for v in variables if not isinstance(v, MonitoredQuantity)]
        self.buffer = AggregationBuffer(
            plain, use_take_last=bool(kwargs.get("after_batch"))
        )
        self.quantities = MonitoredQuantityBuffer(
            [v for v in variables if isinstance(v, MonitoredQuantity)]
        )
        self.quantities.initialize_quantities()
        self._by_hand: list[Any] = [*self.buffer.collected, *self.quantities.requires]
        self._last: list[SharedVariable] = [last_value(v) for v in self._by_hand]
        self._num_collected = 0
        self._installed = False

    def setup(self) -> None:
        """Make the aggregation a part of the algorithm's step.

        Raises
        ------
        TypeError
            If the algorithm does not work by updates.
        ValueError
            If another extension writes the same records.
        """
        super().setup()
        self.buffer.backend = backend_of(self.main_loop.algorithm)
        if not hasattr(self.main_loop.algorithm, "add_updates"):
            raise TypeError(
                f"{self.name} aggregates inside an algorithm with updates, such as "
                f"GradientDescent; got {type(self.main_loop.algorithm).__name__}"
            )
        if not self._installed and self._needs_batches():
            updates: Updates = list(self.buffer.accumulation_updates)
            updates += zip(self._last, self._by_hand, strict=True)
            for variable, _ in updates:
                variable.tag.monitoring = True
            self.main_loop.algorithm.add_updates(updates)
            self._installed = True

    def callbacks(self) -> set[str]:
        """Name the callbacks of the conditions, and of values collected by hand.

        Returns
        -------
        set of str
            The callbacks.
        """
        return super().callbacks() | ({"after_batch"} if self._by_hand else set())

    def dispatch(self, callback_name: str, *args: Any) -> None:
        """Collect what is collected by hand, then act on the conditions.

        Parameters
        ----------
        callback_name
            One of the callbacks.
        *args
            What the loop passes.
        """
        if self._by_hand and callback_name == "after_batch":
            values = [variable.get_value() for variable in self._last]
            count = len(self.buffer.collected)
            self.buffer.collect(values[:count])
            self.quantities.aggregate_quantities(values[count:])
            self._num_collected += 1
        super().dispatch(callback_name, *args)

    def do(self, which_callback: str, *args: Any) -> None:
        """Record the aggregated values and begin a new aggregation.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        values = self.buffer.get_aggregated_values()
        if self._num_collected:
            values.update(self.quantities.get_aggregated_values())
        ordered = [(name, values[name]) for name in self._monitored if name in values]
        self.add_records(self.main_loop.log, ordered)
        self.buffer.initialize_aggregators()
        self.quantities.initialize_quantities()
        self._num_collected = 0

    def get_state(self) -> State:
        """Return what was aggregated since the values were last recorded.

        Returns
        -------
        dict
            ``aggregators``, ``quantities``, and ``num_collected``: the number of
            batches that were collected by hand.
        """
        return {
            **super().get_state(),
            "aggregators": self.buffer.get_state(),
            "quantities": self.quantities.get_state(),
            "num_collected": self._num_collected,
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
            If the state is not one of this extension.
        """
        self.check_state(state, ["aggregators", "quantities", "num_collected"])
        before = self.quantities.get_state()
        self.quantities.set_state(state["quantities"], self.name)
        try:
            self.buffer.set_state(state["aggregators"], self.name)
        except BaseException:
            self.quantities.set_state(before, self.name)
            raise
        self._num_collected = state["num_collected"]
        self.restore_conditions(state)

    def _needs_batches(self) -> bool:
        # Quantities want the value of every batch, even one that needs no data.
        return self.buffer.needs_batches or bool(self._by_hand)

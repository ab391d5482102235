"""Monitoring on data of its own, such as a validation set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable

from brickyard.extensions.backend import backend_of
from brickyard.extensions.monitoring import MonitoringExtension
from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.state import State
from brickyard.training.loop_arguments import check_data_stream
from brickyard.training.monitoring import DatasetEvaluator, MonitoredQuantity
from brickyard.training.monitoring.evaluators import SharedUpdates


class DataStreamMonitoring(SimpleExtension, MonitoringExtension):
    """Aggregate variables over an epoch of a stream, and record the values.

    A variable declares how it is aggregated, or is averaged (see
    `brickyard.training.monitoring.Mean`): what a cost brick returns over all examples,
    anything else over the batches. The last batch of an epoch is often smaller:
    ``mean(numerator, denominator)`` makes a mean that is exact all the same.

    Acts before the first and after every epoch if no condition is given.

    Parameters
    ----------
    variables : list of Variable or MonitoredQuantity
        What is evaluated; each needs a name. A sum of which one term has a name
        is called like it: ``cost + penalty`` is recorded as ``cost``.
    data_stream
        A stream of batches whose sources are named like the inputs of the graph. May
        be None if the variables depend on shared variables alone.
    updates : dict or list of pairs, optional
        Updates of shared variables to make with every batch.
    **kwargs
        ``prefix``, ``suffix``, ``name`` and conditions.

    Raises
    ------
    TypeError
        If something is neither a variable nor a quantity, the stream is none, or
        there is no such condition.
    ValueError
        If a name is missing or given twice.

    Notes
    -----
    Every evaluation takes the next epoch of the stream; its counter, and the random
    generators that the graph draws from, are part of the extension's state. A graph
    of shared variables alone is evaluated without a look at the stream.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> x = pt.matrix("features")
    >>> data = IndexableDataset({"features": np.ones((4, 2), dtype=x.dtype)})
    >>> DataStreamMonitoring(
    ...     [x.mean().copy(name="level")], DataStream(data, SequentialScheme(4, 2)),
    ...     prefix="test", every_n_epochs=5,
    ... ).writes()
    ['test_level']
    """

    def __init__(
        self,
        variables: Sequence[Variable | MonitoredQuantity],
        data_stream: Any,
        updates: SharedUpdates | None = None,
        **kwargs: Any,
    ) -> None:
        default_conditions(kwargs, "before_first_epoch", "after_epoch")
        super().__init__(**kwargs)
        variables = self.monitor(variables)
        self.data_stream = data_stream
        self.evaluator = DatasetEvaluator(variables, updates, owner=self.name)
        if data_stream is not None or self.evaluator.needs_batches:
            check_data_stream(data_stream, self.name)

    def setup(self) -> None:
        """Use the backend of the algorithm.

        Raises
        ------
        ValueError
            If another extension writes the same records.
        """
        super().setup()
        self.evaluator.backend = backend_of(self.main_loop.algorithm)

    def do(self, which_callback: str, *args: Any) -> None:
        """Evaluate on an epoch of the stream.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        values = self.evaluator.evaluate(self.data_stream)
        self.add_records(self.main_loop.log, values.items())

    def get_state(self) -> State:
        """Return the position of the stream and what the evaluation changes.

        Returns
        -------
        dict
            ``stream`` and ``evaluator``.
        """
        stream = self.data_stream
        return {
            **super().get_state(),
            "stream": None if stream is None else stream.get_state(),
            "evaluator": self.evaluator.get_state(),
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
        self.check_state(state, ["stream", "evaluator"])
        before = self.evaluator.get_state()
        self.evaluator.set_state(state["evaluator"])
        try:
            if self.data_stream is not None:
                self.data_stream.set_state(state["stream"])
        except BaseException:
            self.evaluator.set_state(before)
            raise
        self.restore_conditions(state)

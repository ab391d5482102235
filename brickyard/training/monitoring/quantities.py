"""Quantities that are computed in Python from the values of every batch."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable

from brickyard.state import State, require_keys


class MonitoredQuantity(ABC):
    """Something to monitor that no expression can say.

    The values of the variables in `requires` are read back after every batch, which
    waits for the device: for what an aggregation scheme can do, use that.

    Parameters
    ----------
    requires : list of Variable
        The variables whose values `aggregate` is given.
    name : str
        The name of the quantity's record.

    Raises
    ------
    TypeError
        If `requires` holds something that is no variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> class LongestBatch(MonitoredQuantity):
    ...     def initialize(self):
    ...         self.longest = 0
    ...     def aggregate(self, features):
    ...         self.longest = max(self.longest, len(features))
    ...     def get_aggregated_value(self):
    ...         return self.longest
    >>> quantity = LongestBatch([pt.matrix("features")], name="longest_batch")
    """

    def __init__(
        self, requires: Sequence[Variable] | None = None, name: str | None = None
    ) -> None:
        self.requires = list(requires or [])
        self.name = name
        wrong = [v for v in self.requires if not isinstance(v, Variable)]
        if wrong:
            raise TypeError(
                f"the quantity {name!r} can require variables only, got {wrong[0]!r}"
            )

    @abstractmethod
    def initialize(self) -> None:
        """Forget everything; called before the first batch."""

    @abstractmethod
    def aggregate(self, *args: Any) -> None:
        """Take in a batch.

        Parameters
        ----------
        *args : numpy.ndarray
            The values of the required variables, in their order.
        """

    @abstractmethod
    def get_aggregated_value(self) -> Any:
        """Return the value of the quantity over all batches since `initialize`.

        Returns
        -------
        number or numpy.ndarray
            What is written into the log.
        """

    def get_state(self) -> State:
        """Return what was aggregated so far, for a checkpoint within an epoch.

        Returns
        -------
        dict
            Every attribute but `requires` and `name`; a quantity that keeps more than
            plain values and arrays in its attributes overrides this.
        """
        return copy.deepcopy(self._memory())

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If it names other attributes than the quantity has once initialized.
        """
        self.initialize()
        require_keys(state, self._memory(), f"the quantity {self.name!r}")
        vars(self).update(copy.deepcopy(dict(state)))

    def _memory(self) -> State:
        settings = {"requires", "name"}
        return {key: v for key, v in vars(self).items() if key not in settings}

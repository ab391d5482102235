"""The protocol of training algorithms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from brickyard.state import State, require_keys


class TrainingAlgorithm(ABC):
    """What a main loop feeds batches to.

    Subclasses define `initialize` and `process_batch`; those that remember anything
    between batches define `get_state` and `set_state` as well.

    Examples
    --------
    >>> class CountBatches(TrainingAlgorithm):
    ...     '''Counts.'''
    ...     def initialize(self):
    ...         self.count = 0
    ...     def process_batch(self, batch):
    ...         self.count += 1
    >>> algorithm = CountBatches()
    >>> algorithm.initialize()
    >>> algorithm.process_batch({"features": [1.0]})
    >>> algorithm.count, algorithm.get_state()
    (1, {})
    """

    @abstractmethod
    def initialize(self) -> None:
        """Get ready for the first batch; a second call changes nothing."""

    @abstractmethod
    def process_batch(self, batch: Mapping[str, Any]) -> None:
        """Learn from a batch.

        Parameters
        ----------
        batch
            Arrays by source name.
        """

    def flush(self) -> None:  # noqa: B027 (nothing to do is the common case)
        """Raise what is still to be raised about batches already processed.

        The main loop calls this at the end of each epoch and of training. By default
        there is nothing.
        """

    def get_state(self) -> State:
        """Return what the algorithm remembers between batches, parameters left out.

        Returns
        -------
        dict
            A state tree, empty by default.
        """
        return {}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If it does not fit; nothing is changed then.
        """
        require_keys(state, [], type(self).__name__)

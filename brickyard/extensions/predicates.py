"""Predicates for `SimpleExtension.add_condition`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class OnLogRecord:
    """Hold when a record of the current row is there and true.

    Parameters
    ----------
    record_name
        The name of the record, for instance one that `TrackTheBest` writes.

    Examples
    --------
    >>> from brickyard.training.log import TrainingLog
    >>> log = TrainingLog()
    >>> log.current_row["error_best_so_far"] = True
    >>> OnLogRecord("error_best_so_far")(log)
    True
    """

    def __init__(self, record_name: str) -> None:
        self.record_name = record_name

    def __call__(self, log: Any) -> bool:
        """Look the record up.

        Parameters
        ----------
        log
            The training log.

        Returns
        -------
        bool
            Whether the record is true.
        """
        row = log.find_row(log.status["iterations_done"])
        return row is not None and bool(row.get(self.record_name, False))


class AllOf:
    """Hold when several predicates hold.

    Parameters
    ----------
    *predicates
        Functions of the training log.

    Examples
    --------
    >>> AllOf(lambda log: True, lambda log: False)(None)
    False
    """

    def __init__(self, *predicates: Callable[[Any], bool]) -> None:
        self.predicates = predicates

    def __call__(self, log: Any) -> bool:
        """Test the predicates.

        Parameters
        ----------
        log
            The training log.

        Returns
        -------
        bool
            Whether each of them holds.
        """
        return all(predicate(log) for predicate in self.predicates)

"""Early stopping: keep the best model, and end when there is no better one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from brickyard.extensions.base import TrainingExtension
from brickyard.extensions.composite import CompositeExtension
from brickyard.extensions.conditions import has_done_no_epochs
from brickyard.extensions.finish_if_no_improvement import (
    FinishIfNoImprovementAfter,
    check_limits,
)
from brickyard.extensions.predicates import AllOf, OnLogRecord
from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.extensions.track_the_best import TrackTheBest


class EarlyStopping(CompositeExtension):
    """Track the best value of a record, save then, and end without improvement.

    Made of `TrackTheBest`, `FinishIfNoImprovementAfter` and the given checkpoint
    extension. Acts before the first and after every epoch if no condition is given.

    Parameters
    ----------
    record_name : str
        The record to look at, for instance ``"valid_error"``.
    checkpoint_extension : Checkpoint, optional
        Saves whenever there is a new best value. It becomes a part of this extension
        and must not be given to the main loop as well.
    checkpoint_filename : str or Path, optional
        Where the best one is saved; the checkpoint extension's own path if not given.
    notification_name : str, optional
        The record that tells of a new best; ``<record_name>_best_so_far`` if not
        given.
    choose_best : callable
        Takes two values and returns the better one: `min` or `max`.
    iterations, epochs : int, optional
        After how many batches or epochs without improvement training ends; one of
        the two.
    **kwargs
        The name, and conditions for tracking and counting.

    Raises
    ------
    TypeError
        If the checkpoint extension is no `SimpleExtension`.
    ValueError
        If a file name is given without an extension to save with, or both or none of
        `iterations` and `epochs` are given.

    Examples
    --------
    >>> EarlyStopping("valid_error", epochs=5).reads()
    ['valid_error']
    """

    def __init__(
        self,
        record_name: str,
        checkpoint_extension: SimpleExtension | None = None,
        checkpoint_filename: str | Path | None = None,
        notification_name: str | None = None,
        choose_best: Callable[[Any, Any], Any] = min,
        iterations: int | None = None,
        epochs: int | None = None,
        **kwargs: Any,
    ) -> None:
        name = kwargs.pop("name", None)
        check_limits(name or type(self).__name__, iterations, epochs)
        default_conditions(kwargs, "before_first_epoch", "after_epoch")
        tracker = TrackTheBest(record_name, notification_name, choose_best, **kwargs)
        notification = tracker.notification_name
        parts: list[TrainingExtension] = [
            tracker,
            FinishIfNoImprovementAfter(
                notification, iterations=iterations, epochs=epochs, **kwargs
            ),
        ]
        if checkpoint_extension is not None:
            parts.append(checkpoint_extension)
        super().__init__(parts, name=name)
        self.checkpoint_extension = checkpoint_extension
        self._save_best(checkpoint_filename, OnLogRecord(notification), tracker)

    def setup(self) -> None:
        """Prepare the parts.

        Raises
        ------
        ValueError
            If the checkpoint extension takes part in the main loop twice.
        """
        if self.checkpoint_extension in self.main_loop.extensions:
            raise ValueError(
                f"{self.name} was given a checkpoint extension that is also in the "
                "list of the main loop's extensions; leave it out there, it acts as a "
                f"part of {self.name}"
            )
        super().setup()

    def _save_best(
        self, filename: str | Path | None, predicate: OnLogRecord, tracker: TrackTheBest
    ) -> None:
        if self.checkpoint_extension is None:
            if filename is not None:
                raise ValueError(
                    f"{self.name} was given checkpoint_filename={str(filename)!r} but "
                    "no checkpoint_extension to save with"
                )
            return
        if not isinstance(self.checkpoint_extension, SimpleExtension):
            raise TypeError(
                f"{self.name}: checkpoint_extension is an extension such as "
                f"Checkpoint('last.ckpt'), got {self.checkpoint_extension!r}"
            )
        arguments = () if filename is None else (str(filename),)
        for callback, when, _ in tracker.conditions:
            # The row of an epoch's end is also that of the next epoch's beginning.
            first = when is has_done_no_epochs
            self.checkpoint_extension.add_condition(
                [callback], AllOf(when, predicate) if first else predicate, arguments
            )

"""Ending the training."""

from __future__ import annotations

from typing import Any

from brickyard.extensions.conditions import Predicate
from brickyard.extensions.simple import SimpleExtension, has_conditions
from brickyard.training.records import FINISH_RECORD


class FinishAfter(SimpleExtension):
    """End the training when a condition holds.

    ``after_n_epochs`` and ``after_n_batches`` hold from then on rather than once, and
    are tested when a training is continued, too: a training that is complete ends
    at once when it is started again, and goes on if it was given a higher limit.

    Parameters
    ----------
    **kwargs
        The name, and at least one condition.

    Raises
    ------
    TypeError
        If there is no such condition.
    ValueError
        If there is no condition at all.

    Examples
    --------
    >>> sorted(FinishAfter(after_n_epochs=20).callbacks())
    ['after_epoch', 'on_resumption']
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not has_conditions(kwargs):
            raise ValueError(
                f"{self.name} needs a condition, or training would not end; for "
                "instance after_n_epochs=20"
            )

    def set_conditions(self, **kwargs: Any) -> None:
        """Replace all conditions.

        Parameters
        ----------
        **kwargs
            Conditions as in the constructor.
        """
        super().set_conditions(**kwargs)
        for _, predicate, arguments in list(self._conditions):
            if isinstance(predicate, Predicate) and predicate.has_memory:
                predicate.once = False
                self.add_condition(["on_resumption"], predicate, arguments)

    def writes(self) -> list[str]:
        """Name the record that asks for the end.

        Returns
        -------
        list of str
            ``training_finish_requested``.
        """
        return [FINISH_RECORD]

    def do(self, which_callback: str, *args: Any) -> None:
        """Ask the main loop to end the training.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        self.main_loop.log.current_row[FINISH_RECORD] = True

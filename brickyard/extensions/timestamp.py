"""The time of day in the log."""

from __future__ import annotations

import datetime
from typing import Any

from brickyard.extensions.simple import SimpleExtension, default_conditions

DEFAULT_LOG_RECORD = "timestamp"


class Timestamp(SimpleExtension):
    """Write date and time into the log.

    Acts whenever training begins, is continued, stopped or ended, and after every
    epoch, if no condition is given. A resumed run repeats everything in the log but
    what comes from a clock.

    Parameters
    ----------
    log_record : str
        The name of the record.
    separator : str
        Put between date and time.
    **kwargs
        The name and conditions.

    Examples
    --------
    >>> len(Timestamp(separator="T").get_timestamp())
    19
    """

    def __init__(
        self,
        log_record: str = DEFAULT_LOG_RECORD,
        separator: str = " ",
        **kwargs: Any,
    ) -> None:
        default_conditions(
            kwargs,
            "before_training",
            "on_resumption",
            "after_epoch",
            "after_training",
            "on_interrupt",
            "on_error",
        )
        super().__init__(**kwargs)
        self.log_record = log_record
        self.separator = separator

    def writes(self) -> list[str]:
        """Name the record.

        Returns
        -------
        list of str
            The one that the extension was given.
        """
        return [self.log_record]

    def do(self, which_callback: str, *args: Any) -> None:
        """Write the time.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        self.main_loop.log.current_row[self.log_record] = self.get_timestamp()

    def get_timestamp(self) -> str:
        """Return local date and time, to the second.

        Returns
        -------
        str
            ISO 8601, with the separator between date and time.
        """
        now = datetime.datetime.now().astimezone()
        return now.replace(microsecond=0, tzinfo=None).isoformat(sep=self.separator)

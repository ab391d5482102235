"""The check that extensions find the log records they read."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

FINISH_RECORD = "training_finish_requested"
"""The record by which an extension asks for the end of training."""

LOOP_RECORDS = (FINISH_RECORD, "training_finished", "got_exception")
"""Records that the main loop itself writes."""


def check_records(extensions: Sequence[Any]) -> None:
    """Raise if an extension reads a record that nobody writes before it.

    Parameters
    ----------
    extensions
        Extensions in the order in which they run. ``reads()`` and ``writes()`` list
        the names of the records each of them reads and writes.

    Raises
    ------
    ValueError
        If a record is read that no extension writes, or that is written only by
        extensions placed after its reader.

    Examples
    --------
    >>> class Extension:
    ...     def __init__(self, name, reads=(), writes=()):
    ...         self.name = name
    ...         self.reads = lambda: list(reads)
    ...         self.writes = lambda: list(writes)
    >>> check_records([Extension("monitoring", writes=["test_error"]),
    ...                Extension("best", reads=["test_error"])])
    >>> check_records([Extension("monitoring", writes=["test_error"]),
    ...                Extension("best", reads=["test_eror"])])
    Traceback (most recent call last):
        ...
    ValueError: extension 'best' reads the record 'test_eror', which nobody writes...
    """
    writers: dict[str, list[int]] = {}
    for position, extension in enumerate(extensions):
        for record in extension.writes():
            writers.setdefault(record, []).append(position)
    for position, extension in enumerate(extensions):
        for record in extension.reads():
            if record in LOOP_RECORDS:
                continue
            if record not in writers:
                raise ValueError(_nobody_writes(extension, record, extensions, writers))
            if writers[record][0] > position:
                late = extensions[writers[record][0]].name
                raise ValueError(
                    f"extension {extension.name!r} reads the record {record!r} before "
                    f"extension {late!r} writes it; place {late!r} before "
                    f"{extension.name!r} in the list of extensions"
                )


def _nobody_writes(
    extension: Any,
    record: str,
    extensions: Sequence[Any],
    writers: dict[str, list[int]],
) -> str:
    message = (
        f"extension {extension.name!r} reads the record {record!r}, "
        "which nobody writes."
    )
    # Its own records are often named after the one it reads.
    others = [name for name in writers if name not in extension.writes()]
    near = difflib.get_close_matches(record, others, n=3)
    if near:
        message += f" Did you mean {' or '.join(map(repr, near))}?"
    lists = [
        f"{other.name!r} writes {sorted(other.writes())}"
        for other in extensions
        if other.writes()
    ]
    message += f" Written are: {'; '.join(lists)}." if lists else " None are written."
    return message + " An extension declares its records in writes()."

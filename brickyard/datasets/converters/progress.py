"""How far a conversion is, told to whoever asked for it.

Converters say what they are at by `track_progress` and `open_tracked`. It goes to the
reporter that was set by `report_progress` around the call of the converter, and nowhere
if there is none.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Advance = Callable[[int], object]
Reporter = Callable[[str, int, str], AbstractContextManager[Advance]]

_reporter: ContextVar[Reporter | None] = ContextVar("reporter", default=None)


@contextmanager
def report_progress(reporter: Reporter | None) -> Iterator[None]:
    """Tell a reporter how far the converters are that are called in the body.

    Parameters
    ----------
    reporter
        Called with the name of a task, its size and the unit of that, such as
        ``("features", 60000, "image")``; bytes are ``"B"``. It returns a context
        manager around the task, which gives a function that is called with the number
        of units that were done since the last call. None to tell nobody.

    Examples
    --------
    >>> from contextlib import nullcontext
    >>> told = []
    >>> with report_progress(lambda task, total, unit: nullcontext(told.append)):
    ...     with track_progress("images", 3, "image") as advance:
    ...         advance(1)
    >>> told
    [1]
    """
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)


@contextmanager
def track_progress(task: str, total: int, unit: str) -> Iterator[Advance]:
    """Report a task of a converter, done in the body.

    Tasks follow one another; one is not started within another.

    Parameters
    ----------
    task
        What it is called.
    total
        Its size.
    unit
        The unit of the size, in the singular; ``"B"`` for bytes.

    Yields
    ------
    Callable
        To be called with the number of units that were done since the last call.

    Examples
    --------
    >>> with track_progress("images", 2, "image") as advance:
    ...     for image in ("a.jpg", "b.jpg"):
    ...         advance(1)
    """
    reporter = _reporter.get()
    if reporter is None:
        yield _tell_nobody
    else:
        with reporter(task, total, unit) as advance:
            yield advance


@contextmanager
def open_tracked(
    path: str | os.PathLike[str], task: str = ""
) -> Iterator[io.BufferedReader]:
    """Open a file to read its bytes, and report how far it was read.

    Parameters
    ----------
    path
        The file.
    task
        What this is called; the name of the file by default.

    Yields
    ------
    io.BufferedReader
        The file. Going back in it takes nothing from what was reported.

    Examples
    --------
    >>> with open_tracked(os.devnull) as file:
    ...     file.read(2)
    b''
    """
    path = Path(path)
    with _TrackedFile(path) as raw:
        file: io.BufferedReader = io.BufferedReader(raw)
        total = os.fstat(raw.fileno()).st_size
        with track_progress(task or path.name, total, "B") as advance:
            raw.advance = advance
            yield file
            # what was left out is done with
            raw.report(total)


class _TrackedFile(io.FileIO):
    """A file that reports when more of it than ever before was read."""

    advance: Advance | None = None
    reported = 0

    def readinto(self, buffer: WriteableBuffer, /) -> Any:
        count = super().readinto(buffer)
        # behind the end, where one may go, there is nothing to read
        if count:
            self.report(self.tell())
        return count

    def report(self, position: int) -> None:
        if self.advance is not None and position > self.reported:
            self.advance(position - self.reported)
            self.reported = position


def _tell_nobody(number: int) -> None:
    return

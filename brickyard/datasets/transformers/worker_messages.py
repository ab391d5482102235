"""What a process and its workers tell each other."""

from __future__ import annotations

import traceback
from typing import NamedTuple

from brickyard.datasets.transformers.packing import UNPICKLABLE, pack, unpack
from brickyard.datasets.transformers.shared_arrays import Parcel
from brickyard.state import State


class Open(NamedTuple):
    """Begin to make items of an epoch.

    Attributes
    ----------
    run
        A number for this time through the epoch.
    epoch
        The number of the epoch.
    position
        The number of the first item.
    state
        The state of the epoch there; None at its start.
    limit
        The number of the first item that is not to be made yet.
    slots
        Blocks and starts of slots that may be written again.
    """

    run: int
    epoch: int
    position: int
    state: State | None
    limit: int
    slots: list[tuple[int, int]]


class Proceed(NamedTuple):
    """Make more items, on slots that are free again.

    Attributes
    ----------
    run
        Which time through an epoch.
    limit
        The number of the first item that is not to be made yet.
    slots
        Blocks and starts of slots that may be written again.
    """

    run: int
    limit: int
    slots: list[tuple[int, int]]


class Close(NamedTuple):
    """Make no more items.

    Attributes
    ----------
    run
        Which time through an epoch.
    """

    run: int


class Ready(NamedTuple):
    """The worker has the stream."""


class Item(NamedTuple):
    """An item of an epoch.

    Attributes
    ----------
    run
        Which time through an epoch.
    number
        The number of the item.
    parcel
        The item, and the state of the epoch after it.
    """

    run: int
    number: int
    parcel: Parcel


class End(NamedTuple):
    """There are no more items.

    Attributes
    ----------
    run
        Which time through an epoch.
    number
        The number of the item that there is not.
    """

    run: int
    number: int


class Failure(NamedTuple):
    """Something was raised in place of an item.

    Attributes
    ----------
    run
        Which time through an epoch; None before the worker had the stream.
    number
        The number of the item.
    error
        What was raised, or what stands for it where that cannot travel.
    trace
        The traceback as text.
    """

    run: int | None
    number: int
    error: Exception
    trace: str


def failure(run: int | None, number: int, error: Exception) -> Failure:
    """Return the message that something was raised.

    Parameters
    ----------
    run
        Which time through an epoch; None before the worker had the stream.
    number
        The number of the item.
    error
        What was raised.

    Examples
    --------
    >>> failure(0, 3, KeyError("word")).error
    KeyError('word')
    """
    trace = "".join(traceback.format_exception(error))
    return Failure(run, number, _travelling(error), trace)


def _travelling(error: Exception) -> Exception:
    """Return an error that arrives as what it is: itself if it can be pickled."""
    try:
        if type(unpack(*pack(error))) is type(error):
            return error
    except (*UNPICKLABLE, ImportError, EOFError):
        pass
    return RuntimeError(f"{type(error).__qualname__}: {error}")

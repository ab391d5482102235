"""Cursors over the requests of one epoch.

An iteration scheme describes an order; a request iterator walks along it and can tell
and set where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.state import State, require_keys

if TYPE_CHECKING:
    from brickyard.datasets.schemes import IterationScheme

Order = range | np.ndarray
Request = Any


def check_cursor(value: Any, limit: int | None, what: str, owner: str) -> int:
    """Return `value` as an int, or raise unless it is one in [0, limit].

    Parameters
    ----------
    value
        What a state holds.
    limit
        The largest value that makes sense, None for no limit.
    what
        The key of the state, for the message.
    owner
        What the state belongs to, for the message.

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If it is negative or beyond the limit.

    Examples
    --------
    >>> check_cursor(3, 10, "position", "the requests")
    3
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(
            f"{what!r} in the state of {owner} must be an integer, got {value!r}"
        )
    if value < 0 or (limit is not None and value > limit):
        allowed = "at least 0" if limit is None else f"between 0 and {limit}"
        raise ValueError(
            f"{what!r} in the state of {owner} must be {allowed}, got {value}; the "
            "state was saved with other data or another scheme"
        )
    return int(value)


class RequestIterator:
    """The requests of one epoch, from the current position on.

    Subclasses give `__next__` and `length`, and keep `position`, the number of requests
    already handed out; it is their whole state.
    """

    position: int = 0

    def __iter__(self) -> RequestIterator:
        return self

    def __next__(self) -> Request:
        raise NotImplementedError(f"{type(self).__name__}.__next__ is not defined")

    @property
    def length(self) -> int | None:
        """Number of requests in the epoch; None when they never end."""
        raise NotImplementedError(f"{type(self).__name__}.length is not defined")

    def get_state(self) -> State:
        """Return the cursor.

        Returns
        -------
        State
            ``{"position": number of requests handed out so far}``.
        """
        return {"position": self.position}

    def set_state(self, state: State) -> None:
        """Go to a saved position.

        Parameters
        ----------
        state
            What `get_state` gave for an iterator of the same scheme and epoch.

        Raises
        ------
        ValueError
            If keys are missing or unknown, or the position is beyond the epoch.
        TypeError
            If the position is not an integer.
        """
        owner = type(self).__name__
        require_keys(state, ["position"], owner)
        self.position = check_cursor(state["position"], self.length, "position", owner)


class BatchRequests(RequestIterator):
    """Consecutive pieces of an order of examples.

    Parameters
    ----------
    order
        Indices of the examples; a `range` is handed out as ranges, an array as
        read-only views.
    batch_size
        Examples per request; the last request may be shorter.
    sort
        Whether the indices within each request are sorted.

    Examples
    --------
    >>> list(BatchRequests(range(5), 2))
    [range(0, 2), range(2, 4), range(4, 5)]
    """

    def __init__(self, order: Order, batch_size: int, sort: bool = False) -> None:
        self.order = read_only(order)
        self.batch_size = batch_size
        self.sort = sort
        self._length = -(-len(order) // batch_size)

    @property
    def length(self) -> int:
        """Number of requests in the epoch."""
        return self._length

    def __next__(self) -> Order:
        position = self.position
        if position >= self._length:
            raise StopIteration
        start = position * self.batch_size
        request = self.order[start : start + self.batch_size]
        self.position = position + 1
        return np.sort(request) if self.sort else request


class ExampleRequests(RequestIterator):
    """The indices of an order, one after the other, as Python integers.

    Parameters
    ----------
    order
        Indices of the examples.

    Examples
    --------
    >>> list(ExampleRequests(range(3)))
    [0, 1, 2]
    """

    def __init__(self, order: Order) -> None:
        self.order = read_only(order)

    @property
    def length(self) -> int:
        """Number of examples in the epoch."""
        return len(self.order)

    def __next__(self) -> int:
        position = self.position
        if position >= len(self.order):
            raise StopIteration
        self.position = position + 1
        return int(self.order[position])


class SizeRequests(RequestIterator):
    """One number, the size of a batch, again and again.

    Parameters
    ----------
    batch_size
        The size of every batch but perhaps the last.
    times
        How many requests there are; None for no end.
    last
        The size of the last batch; None for `batch_size`.

    Examples
    --------
    >>> list(SizeRequests(4, times=3, last=1))
    [4, 4, 1]
    """

    def __init__(
        self, batch_size: int, times: int | None = None, last: int | None = None
    ) -> None:
        self.batch_size = batch_size
        self.times = times
        self.last = batch_size if last is None else last

    @property
    def length(self) -> int | None:
        """Number of requests in the epoch; None when they never end."""
        return self.times

    def __next__(self) -> int:
        if self.times is not None and self.position >= self.times:
            raise StopIteration
        self.position += 1
        return self.last if self.position == self.times else self.batch_size


class ChainedRequests(RequestIterator):
    """The requests of several schemes, one scheme after the other.

    Parameters
    ----------
    schemes
        The schemes, in order.
    epoch
        The epoch, passed to each of them.
    """

    def __init__(self, schemes: Sequence[IterationScheme], epoch: int) -> None:
        self.schemes = list(schemes)
        self.epoch = epoch
        self.scheme_index = 0
        self.requests = self._open(0)

    def _open(self, index: int) -> RequestIterator | None:
        if index >= len(self.schemes):
            return None
        return self.schemes[index].get_request_iterator(self.epoch)

    @property
    def length(self) -> int | None:
        """Number of requests in the epoch; None when they never end."""
        total = 0
        for scheme in self.schemes:
            length = scheme.get_request_iterator(self.epoch).length
            if length is None:
                return None
            total += length
        return total

    def __next__(self) -> Request:
        while self.requests is not None:
            try:
                return next(self.requests)
            except StopIteration:
                self.scheme_index += 1
                self.requests = self._open(self.scheme_index)
        raise StopIteration

    def get_state(self) -> State:
        """Return the cursor.

        Returns
        -------
        State
            The index of the scheme in turn and the cursor of its requests, which is
            None after the last scheme.
        """
        requests = None if self.requests is None else self.requests.get_state()
        return {"scheme": self.scheme_index, "requests": requests}

    def set_state(self, state: State) -> None:
        """Go to a saved position.

        Parameters
        ----------
        state
            What `get_state` gave for an iterator of the same schemes and epoch.

        Raises
        ------
        ValueError
            If keys are missing or unknown, or the position is beyond the epoch.
        TypeError
            If a position is not an integer.
        """
        owner = type(self).__name__
        require_keys(state, ["scheme", "requests"], owner)
        index = check_cursor(state["scheme"], len(self.schemes), "scheme", owner)
        requests = self._open(index)
        if requests is None:
            if state["requests"] is not None:
                raise ValueError(
                    f"the state of {owner} is past its last scheme and has a cursor "
                    f"all the same: {state['requests']!r}"
                )
        else:
            requests.set_state(state["requests"])
        self.scheme_index, self.requests = index, requests


def read_only(order: Order) -> Order:
    """Return `order` so that a request cut out of it cannot be written to.

    Parameters
    ----------
    order
        A range, or an array of indices, shape ``(examples,)``.

    Examples
    --------
    >>> read_only(np.arange(3)).flags.writeable
    False
    """
    if isinstance(order, range):
        return order
    view = order.view()
    view.flags.writeable = False
    return view

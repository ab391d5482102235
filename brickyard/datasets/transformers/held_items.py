"""Holding items of an iterator, and remembering how to read those again."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.request_iterators import check_cursor
from brickyard.state import State, require_keys


class HeldItems:
    """Items of an iterator that are taken out in any order.

    The state has no items in it: it says which of them are held, by their number, and
    where the iterator stood before the oldest. From there on it is read again when the
    state is restored. To know such places, the state of the iterator is asked for
    regularly while it is read; `Replay` is simpler where items are released in order.

    Parameters
    ----------
    child
        The iterator to read.
    interval
        After how many items the iterator is asked for its state. A restoration reads at
        most so many items more than it must.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset("bricks"))
    >>> items = HeldItems(stream.get_epoch_iterator(epoch=0), interval=2)
    >>> items.read(), items.read(), items.read(), items.take(0)
    (True, True, True, ('b',))
    >>> other = HeldItems(stream.get_epoch_iterator(epoch=0), interval=2)
    >>> other.set_state(items.get_state())
    >>> other.take(0), other.take(0), next(other.child)
    (('i',), ('r',), ('c',))
    """

    def __init__(self, child: DataIterator, interval: int) -> None:
        self.child = child
        self.interval = interval
        self._forget()

    def _forget(self) -> None:
        self._items: list[Data] = []
        self._numbers: list[int] = []
        # how many items were read, and the state of the iterator before some of them
        self._read = 0
        self._states: deque[tuple[int, State]] = deque()
        self._ended = False

    def __len__(self) -> int:
        return len(self._items)

    def read(self) -> bool:
        """Read the next item and hold it, and return whether there was one."""
        if self._ended:
            return False
        number, item = self._read, self._next()
        if item is None:
            return False
        self._items.append(item)
        self._numbers.append(number)
        return True

    def _next(self) -> Data | None:
        state = None if self._read % self.interval else self.child.get_state()
        try:
            item = next(self.child)
        except StopIteration:
            self._ended = True
            return None
        if state is not None:
            self._drop_old_states()
            self._states.append((self._read, state))
        self._read += 1
        return item

    def _drop_old_states(self) -> None:
        oldest = min(self._numbers, default=self._read)
        while len(self._states) > 1 and self._states[1][0] <= oldest:
            self._states.popleft()

    def take(self, place: int) -> Data:
        """Return an item and hold it no longer; the last one comes into its place.

        Parameters
        ----------
        place
            Which item, from 0.
        """
        item = self._items[place]
        self._items[place], self._numbers[place] = self._items[-1], self._numbers[-1]
        del self._items[-1], self._numbers[-1]
        return item

    def close(self) -> None:
        """Let go of what the iterator holds."""
        self.child.close()

    def get_state(self) -> State:
        """Return which items are held, and where to begin to read them again.

        Returns
        -------
        State
            ``{"child": state to begin at, "first": number of the item read first from
            there, "read": number of items read, "held": numbers of the items held}``.
        """
        held = np.array(self._numbers, np.int64)
        if not self._numbers:
            first, child = self._read, self.child.get_state()
        else:
            self._drop_old_states()
            first, child = self._states[0]
        return {"child": child, "first": first, "read": self._read, "held": held}

    def set_state(self, state: State) -> None:
        """Go to a saved position, reading the items held there again.

        Parameters
        ----------
        state
            What `get_state` gave.

        Raises
        ------
        ValueError
            If the state does not fit the iterator, or its data have become fewer.
        """
        source = type(self.child.data_stream).__name__
        owner = f"what {source} gave"
        require_keys(state, ["child", "first", "read", "held"], owner)
        read = check_cursor(state["read"], None, "read", owner)
        first = check_cursor(state["first"], read, "first", owner)
        numbers = _check_numbers(state["held"], first, read, owner)
        self.child.set_state(state["child"])
        self._forget()
        self._read = first
        self._states.append((first, state["child"]))
        # before anything is read, so that the states needed for them are kept
        self._numbers = numbers
        wanted, found = set(numbers), dict[int, Data]()
        while self._read < read:
            number, item = self._read, self._next()
            if item is None:
                raise ValueError(
                    f"the saved position is after {read} items of {source}, which "
                    f"ended after {number}; the data have changed since"
                )
            if number in wanted:
                found[number] = item
        self._items = [found[number] for number in numbers]


def _check_numbers(held: Any, first: int, read: int, owner: str) -> list[int]:
    numbers = np.asarray(held)
    if numbers.ndim != 1 or (len(numbers) and numbers.dtype.kind not in "iu"):
        raise TypeError(
            f"'held' in the state of {owner} must be an array of integers, got {held!r}"
        )
    result = numbers.tolist()
    for number in result:
        check_cursor(number - first, read - first - 1, "held", owner)
    if len(set(result)) < len(result):
        raise ValueError(f"'held' in the state of {owner} has a number twice")
    return result

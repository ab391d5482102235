"""Remembering how to read the last items of an iterator again."""

from __future__ import annotations

from collections import deque

from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.request_iterators import check_cursor
from brickyard.state import State, require_keys


class Replay:
    """An iterator some of whose last items are still held.

    Transformers that hand out batches piece by piece hold items of which a part is
    left. The state of a replay is where the iterator stood before the oldest of them,
    and how many there are; they are read again when it is restored, so that a saved
    state has no data in it.

    Parameters
    ----------
    child
        The iterator to read.

    Attributes
    ----------
    held : collections.deque of tuple
        The items that were read and not yet released, the oldest first.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset([1, 2, 3]))
    >>> replay = Replay(stream.get_epoch_iterator(epoch=0))
    >>> replay.read(), replay.read()
    ((1,), (2,))
    >>> replay.release()
    >>> other = Replay(stream.get_epoch_iterator(epoch=0))
    >>> other.set_state(replay.get_state())
    >>> list(other.held), other.read()
    ([(2,)], (3,))
    """

    def __init__(self, child: DataIterator) -> None:
        self.child = child
        self.held: deque[Data] = deque()
        self._states_before: deque[State] = deque()

    def read(self) -> Data:
        """Return the next item and hold it.

        Raises
        ------
        StopIteration
            When there is none.
        """
        state = self.child.get_state()
        item = next(self.child)
        self._states_before.append(state)
        self.held.append(item)
        return item

    def release(self) -> None:
        """Let go of the oldest item held."""
        self.held.popleft()
        self._states_before.popleft()

    def close(self) -> None:
        """Let go of what the iterator holds."""
        self.child.close()

    def get_state(self) -> State:
        """Return where the items held began, and how many there are.

        Returns
        -------
        State
            ``{"child": state before the oldest item held, "held": their number}``.
        """
        before = self._states_before
        child = before[0] if before else self.child.get_state()
        return {"child": child, "held": len(self.held)}

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
        owner = f"what {type(self.child.data_stream).__name__} gave"
        require_keys(state, ["child", "held"], owner)
        number = check_cursor(state["held"], None, "held", owner)
        self.child.set_state(state["child"])
        self.held.clear()
        self._states_before.clear()
        for count in range(number):
            try:
                self.read()
            except StopIteration:
                raise ValueError(
                    f"the saved position holds {number} items of "
                    f"{type(self.child.data_stream).__name__}, which ended after "
                    f"{count}; the data have changed since"
                ) from None

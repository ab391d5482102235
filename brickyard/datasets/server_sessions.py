"""What a data server keeps of one client's epoch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from brickyard.datasets.array_messages import Frame, frames_of
from brickyard.datasets.array_trees import Splitter
from brickyard.datasets.streams import AbstractDataStream

MAX_CURSOR_BYTES = 2**24
"""States larger than this are not sent along; a client resumes by skipping."""
DATA_PER_CURSOR = 4
"""How many bytes of data are sent for each byte of states, at least."""


class EpochEnd(Exception):
    """The epoch of a session has no more items."""


class Session:
    """One epoch being read by one client, from one position on.

    It may be dropped at any time: the client asks for a new one, from the item it
    wants next. For that it is given the state of the served stream's iterator after an
    item, and hands it back.

    Parameters
    ----------
    data_stream
        The stream that is served.
    epoch
        The number of the epoch.
    position
        How many items the client has of it.
    cursor
        A state that the client was given at this position or before; None to skip the
        items it has.
    window
        How many items the client is sent before it says that it has taken them.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset({"x": [1, 2, 3]}))
    >>> session = Session(stream, 0, position=1, cursor=None, window=1)
    >>> session.advance("token") is None
    True
    >>> session.advance("token")[0][:64]
    b'{"brickyard":1,"tree":{"answer":"item","token":"token","position'
    >>> session.is_ready()
    False
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        epoch: int,
        position: int,
        cursor: Any,
        window: int,
    ) -> None:
        self.data_stream = data_stream
        self.sources = data_stream.sources
        self.start = position
        self.have = position
        # the item that is made, or was made last
        self.number = position
        self.window = window
        self.iterator = data_stream.get_epoch_iterator(epoch=epoch)
        if cursor is not None:
            try:
                self.iterator.set_state(cursor)
                if self.iterator.position > position:
                    raise ValueError(
                        f"the state is of position {self.iterator.position}, and the "
                        f"item after {position} is asked for"
                    )
            except Exception:
                self.iterator.close()
                raise
        self._cursor_bytes = 0
        self._bytes_since_cursor = 0

    @property
    def position(self) -> int:
        """The number of the item that comes next."""
        return self.iterator.position

    def is_ready(self) -> bool:
        """Whether there is something to do: skipping, or an item to send."""
        return self.position < max(self.start, self.have + self.window)

    def advance(self, token: str) -> Sequence[Frame] | None:
        """Go one item further.

        Parameters
        ----------
        token
            What the client calls the session.

        Returns
        -------
        list or None
            The message with the item; None if the client has this item.

        Raises
        ------
        EpochEnd
            If there is none.
        """
        self.number = number = self.position
        try:
            if number < self.start:
                self.iterator.skip()
                return None
            data = next(self.iterator)
        except StopIteration:
            if number < self.start:
                raise ValueError(
                    f"the epoch ended after {number} items, and the client has "
                    f"{self.start}; the data have changed since"
                ) from None
            raise EpochEnd from None
        splitter = Splitter()
        trees = [
            splitter.split(value, f"source {source!r}")
            for source, value in zip(self.sources, data, strict=True)
        ]
        self._bytes_since_cursor += sum(array.nbytes for array in splitter.arrays) + 64
        tree = {
            "answer": "item",
            "token": token,
            "position": number,
            "window": self.window,
            "data": trees,
            "cursor": self._cursor(splitter),
        }
        return frames_of(tree, splitter.arrays, f"item {number}")

    def _cursor(self, splitter: Splitter) -> Any:
        """Return the state after this item as a tree, or None if it is not due."""
        if self._bytes_since_cursor < DATA_PER_CURSOR * self._cursor_bytes:
            return None
        count = len(splitter.arrays)
        tree = splitter.split(self.iterator.get_state(), "the state")
        size = sum(array.nbytes for array in splitter.arrays[count:])
        self._cursor_bytes = size + len(json.dumps(tree))
        self._bytes_since_cursor = 0
        if self._cursor_bytes > MAX_CURSOR_BYTES:
            del splitter.arrays[count:]
            return None
        return tree

    def close(self) -> None:
        """Let go of what the epoch holds."""
        self.iterator.close()

"""A stream whose data come from a server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from brickyard.datasets.data_server import check_port
from brickyard.datasets.exceptions import DataServerError, DataServerTimeout
from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.server_connection import ServerConnection
from brickyard.datasets.streams import AbstractDataStream, copy_axis_labels

PROBE_S = 0.5
"""How long to wait for an item before asking whether the server is still there."""


class ServerDataStream(AbstractDataStream):
    """A stream that a data server serves, in another process or on another machine.

    The batches are those of the stream that is served, bit for bit, and every client
    has its own epochs. At most `hwm` batches are sent ahead of time. Each epoch
    iterator has a connection of its own; its state goes with checkpoints, and is
    resumed at any server of the same stream. A server that was restarted is asked for
    exactly the next batch.

    Start the server with ``brickyard data serve`` or `start_server`.

    Parameters
    ----------
    sources
        Names of the sources, those of the stream that is served, in its order.
    produces_examples
        Whether the stream that is served gives single examples rather than batches.
    host
        The name or address of the server's machine.
    port
        The port of the server.
    hwm
        How many items are sent ahead of time, at least 1. The server may allow fewer.
    axis_labels
        Names of the axes, by source; None for those that `connect` learns.
    timeout_s
        How long to wait for a sign of life from the server, in seconds. It gives none
        while it makes an item.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a number is out of range, or `sources` is empty or has duplicates.

    Examples
    --------
    >>> import threading
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> from brickyard.datasets.data_server import DataServer
    >>> server = DataServer(DataStream(IterableDataset({"x": [1, 2, 3]})), port=0)
    >>> thread = threading.Thread(target=server.run)
    >>> thread.start()
    >>> stream = ServerDataStream(("x",), True, port=server.port)
    >>> list(stream.get_epoch_iterator())
    [(1,), (2,), (3,)]
    >>> server.stop()
    >>> thread.join()
    >>> server.close()
    """

    def __init__(
        self,
        sources: Iterable[str],
        produces_examples: bool,
        host: str = "localhost",
        port: int = 5557,
        hwm: int = 10,
        axis_labels: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = 60.0,
    ) -> None:
        super().__init__(axis_labels=axis_labels)
        self._sources = _check_sources(sources)
        if not isinstance(produces_examples, bool):
            raise TypeError(
                "produces_examples of ServerDataStream must be True or False, got "
                f"{produces_examples!r}"
            )
        if not isinstance(host, str) or not host:
            raise TypeError(
                f"host of ServerDataStream must be a name or address, got {host!r}"
            )
        if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float):
            raise TypeError(
                "timeout_s of ServerDataStream must be a number of seconds, got "
                f"{timeout_s!r}"
            )
        if not timeout_s > 0:
            raise ValueError(
                f"timeout_s of ServerDataStream must be positive, got {timeout_s}"
            )
        self._produces_examples = produces_examples
        self.host = host
        self.port = check_port(port, "ServerDataStream")
        self.hwm = positive_number(hwm, "hwm", "ServerDataStream")
        self.timeout_s = float(timeout_s)
        self._epoch_length: int | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the data."""
        return self._sources

    @property
    def produces_examples(self) -> bool:
        """Whether the stream gives single examples rather than batches."""
        return self._produces_examples

    @property
    def epoch_length(self) -> int | None:
        """How many items an epoch has, once `connect` has asked; None before."""
        return self._epoch_length

    def connect(self) -> None:
        """Make sure that the server is there and serves such a stream.

        Epochs connect by themselves; this finds mistakes early, and learns the length
        of an epoch and, if none were given, the axis labels. Transformers copy these
        when they are constructed.

        Raises
        ------
        DataServerTimeout
            If there is no answer in time.
        DataServerError
            If the server serves another stream, or is not a data server.
        """
        connection = ServerConnection(self.host, self.port)
        try:
            deadline = time.monotonic() + self.timeout_s
            asked = False
            while (left := deadline - time.monotonic()) > 0:
                wait = min(left, PROBE_S)
                asked = asked or connection.send({"ask": "hello", **self._wish()}, wait)
                answer = connection.receive(wait) if asked else None
                if answer is None:
                    asked = False
                elif answer["answer"] == "welcome":
                    self._learn(answer)
                    return
                else:
                    raise self._error(f"refused: {answer.get('text')}")
            raise self._timeout("to say hello", connection)
        finally:
            connection.close()

    def _learn(self, answer: Mapping[str, Any]) -> None:
        length, labels = answer.get("epoch_length"), answer.get("axis_labels")
        self._epoch_length = length if type(length) is int and length >= 0 else None
        if self.axis_labels is None and isinstance(labels, dict):
            self.axis_labels = copy_axis_labels(labels)

    def _wish(self) -> dict[str, Any]:
        return {
            "sources": list(self.sources),
            "produces_examples": self.produces_examples,
        }

    def _error(self, problem: str) -> DataServerError:
        return DataServerError(f"the data server at {self.host}:{self.port} {problem}")

    def _timeout(self, purpose: str, connection: ServerConnection) -> DataServerTimeout:
        return DataServerTimeout(
            f"the data server at {self.host}:{self.port} did not answer within "
            f"{self.timeout_s:g} s (timeout_s) when asked {purpose}: "
            f"{connection.diagnose()}"
        )

    def open_epoch(self, epoch: int) -> ServerIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        return ServerIterator(self, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Raise, because a server gives whole epochs only.

        Parameters
        ----------
        request
            What would be asked for.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            "ServerDataStream has no data for a single request; go through an epoch "
            "with get_epoch_iterator(), or ask the dataset where the server runs"
        )


class ServerIterator(DataIterator):
    """One epoch of a `ServerDataStream`, connected when it is first read.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: ServerDataStream

    def __init__(self, data_stream: ServerDataStream, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self._connection: ServerConnection | None = None
        # What the server calls this epoch; None before it is opened, and when it is
        # to be opened again.
        self._token: str | None = None
        # A state of the server's iterator, of this position or one before.
        self._cursor: Any = None
        self._told = 0

    def fetch(self, request: Request | None) -> Data:
        """Return the next item that the server sends.

        Parameters
        ----------
        request
            None: there are no requests.

        Raises
        ------
        StopIteration
            At the end of the epoch.
        DataServerTimeout
            If the server does not answer in time.
        DataServerError
            If the server refuses, or the stream that it serves raised an exception.
        """
        timeout_s = self.data_stream.timeout_s
        deadline = time.monotonic() + timeout_s
        while True:
            left = max(deadline - time.monotonic(), 0.0)
            answer = self._exchange(min(left, PROBE_S, timeout_s / 4))
            if answer is None:
                if not left:
                    self._token = None
                    purpose = f"for item {self.position} of epoch {self.epoch}"
                    raise self.data_stream._timeout(purpose, self._connected())
            elif answer.get("token") in (self._token, None):
                if answer["answer"] == "alive":
                    deadline = time.monotonic() + timeout_s
                item = self._take(answer)
                if item is not None:
                    return item

    def _connected(self) -> ServerConnection:
        if self._connection is None:
            stream = self.data_stream
            self._connection = ServerConnection(stream.host, stream.port)
        return self._connection

    def _exchange(self, wait_s: float) -> dict[str, Any] | None:
        """Return an answer; without one in time, ask whether the server is there."""
        connection = self._connected()
        if self._token is None:
            token = uuid.uuid4().hex
            opening = {
                "ask": "open",
                "token": token,
                "epoch": self.epoch,
                "position": self.position,
                "cursor": self._cursor,
                "window": self.data_stream.hwm,
                **self.data_stream._wish(),
            }
            if not connection.send(opening, wait_s):
                return None
            self._token, self._told = token, self.position
        answer = connection.receive(wait_s)
        if answer is None:
            self._tell(self.position, probe=True)
        return answer

    def _tell(self, have: int, probe: bool = False) -> None:
        """Tell the server how many items are here, so that it sends more."""
        message = {"ask": "more", "token": self._token, "have": have, "probe": probe}
        if self._connected().send(message):
            self._told = have

    def _take(self, answer: Mapping[str, Any]) -> Data | None:
        """Return the item in an answer if it is the next one."""
        kind, position = answer["answer"], answer.get("position")
        if kind in ("failed", "refused"):
            self.hang_up()
            raise self.data_stream._error(f"{kind}: {answer.get('text')}")
        if kind == "lost":
            self._token = None
        elif kind in ("item", "end", "alive") and type(position) is int:
            if position > self.position:
                # Something was lost with a connection: ask for it once more.
                self._token = None
            elif position == self.position and kind == "end":
                raise StopIteration
            elif position == self.position and kind == "item":
                return self._accept(answer)
        return None

    def _accept(self, answer: Mapping[str, Any]) -> Data:
        data, window = answer.get("data"), answer.get("window")
        if not isinstance(data, list) or type(window) is not int:
            raise self.data_stream._error("sent an item without data")
        cursor = answer.get("cursor")
        if cursor is not None:
            self._cursor = cursor
        have = self.position + 1
        if have - self._told >= max(window // 2, 1):
            self._tell(have)
        return tuple(data)

    def get_memory(self) -> Any:
        """Return the state that the server sent last; None if it sent none."""
        return self._cursor

    def set_memory(self, memory: Any) -> None:
        """Keep a state for the server, which is asked when the next item is.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        owner = "the server's iterator"
        if memory is not None:
            if not isinstance(memory, Mapping):
                raise TypeError(
                    f"the state of {owner} must be a mapping or None, got "
                    f"{type(memory).__name__}"
                )
            check_cursor(memory.get("position"), None, "position", owner)
        self.hang_up()
        self._cursor = memory

    def hang_up(self) -> None:
        """End the connection; the next item is asked for over a new one."""
        connection, token = self._connection, self._token
        self._connection = self._token = None
        if connection is not None:
            if token is not None:
                connection.send({"ask": "close", "token": token})
            connection.close()

    def close(self) -> None:
        """End the epoch here and let go of the connection."""
        super().close()
        self.hang_up()


def _check_sources(sources: Iterable[str]) -> tuple[str, ...]:
    if isinstance(sources, str):
        raise TypeError(
            "sources of ServerDataStream must be a sequence of names, got the string "
            f"{sources!r}; write ({sources!r},)"
        )
    names = tuple(sources)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"sources of ServerDataStream must be names of sources, got {names!r}"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"sources of ServerDataStream has duplicates: {names}")
    return names

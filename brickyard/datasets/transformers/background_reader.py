"""Reading an iterator ahead, in a thread."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections import deque
from typing import NamedTuple

from brickyard.datasets.iterator import Data, DataIterator
from brickyard.state import State

PATIENCE_S = 10.0
"""How long the end of the interpreter waits for an item in the making, in seconds."""


class BackgroundReader:
    """An iterator that is read ahead in a thread, with a state as if it were not.

    The thread starts with the first item that is asked for. It ends after the last
    item, after an error, when the reader is closed or dropped, and when the interpreter
    exits. An error is raised where its item would have come; the reader stays before
    that item, and tries it again when asked once more.

    Parameters
    ----------
    child
        The iterator to read. Nobody else may use it.
    max_store
        How many items are held at most.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset([1, 2, 3]))
    >>> reader = BackgroundReader(stream.get_epoch_iterator(epoch=0), max_store=2)
    >>> reader.read(), reader.read()
    ((1,), (2,))
    >>> reader.get_state()["position"]
    2
    >>> reader.close()
    """

    def __init__(self, child: DataIterator, max_store: int) -> None:
        self.child = child
        self.max_store = max_store
        self._state = child.get_state()
        self._feed: _Feed | None = None
        self._displaced = False

    def read(self) -> Data:
        """Return the next item, waiting for it if need be.

        Raises
        ------
        StopIteration
            When there is none.
        """
        if self._feed is None:
            if self._displaced:
                self.child.set_state(self._state)
            self._displaced = True
            self._feed = _Feed(self.child, self.max_store)
            weakref.finalize(self, self._feed.stop).atexit = False
            self._feed.start()
        outcome = self._feed.take()
        error = outcome.error
        if error is not None:
            self._end()
            try:
                raise error
            finally:
                # the error knows this frame: together they would outlive the reader
                del error, outcome
        self._state = outcome.state
        return outcome.item

    def get_state(self) -> State:
        """Return where the iterator stood after the last item handed out."""
        return self._state

    def set_state(self, state: State) -> None:
        """Go to a saved position, and forget what was read ahead.

        Parameters
        ----------
        state
            A state of the iterator.
        """
        self._end()
        self._displaced = True
        self.child.set_state(state)
        self._displaced = False
        self._state = self.child.get_state()

    def close(self) -> None:
        """End the thread, and let go of what the iterator holds."""
        self._end()
        self.child.close()

    def _end(self) -> None:
        if self._feed is not None:
            self._feed.finish()
            self._feed = None


class _Outcome(NamedTuple):
    """An item and the state after it, or what was raised instead."""

    item: Data
    state: State
    error: BaseException | None = None


class _Feed:
    """What the thread and the reader share; the thread does not know the reader."""

    def __init__(self, child: DataIterator, max_store: int) -> None:
        self._child = child
        self._max_store = max_store
        self._outcomes: deque[_Outcome] = deque()
        self._stopped = False
        # can be entered again by the thread that is in it: a reader may be collected,
        # and stop its feed, at any moment
        self._changed = threading.Condition(threading.RLock())
        self._thread = threading.Thread(
            target=self._run, name=f"Prefetch of {type(child).__name__}", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        atexit.register(self.finish)

    def take(self) -> _Outcome:
        with self._changed:
            while not self._outcomes:
                self._changed.wait()
            self._changed.notify_all()
            return self._outcomes.popleft()

    def stop(self) -> None:
        """Tell the thread to end after the item it is at."""
        with self._changed:
            self._stopped = True
            self._outcomes.clear()
            self._changed.notify_all()
        atexit.unregister(self.finish)

    def finish(self) -> None:
        """Stop the thread and wait for its end."""
        self.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        while self._has_room():
            outcome = self._next()
            is_last = outcome.error is not None
            with self._changed:
                self._outcomes.append(outcome)
                self._changed.notify_all()
            # an error knows this frame, too
            del outcome
            if is_last:
                return

    def _has_room(self) -> bool:
        with self._changed:
            while len(self._outcomes) >= self._max_store and not self._stopped:
                self._changed.wait()
            return not self._stopped

    def _next(self) -> _Outcome:
        try:
            return _Outcome(next(self._child), self._child.get_state())
        except BaseException as error:
            return _Outcome((), {}, error)

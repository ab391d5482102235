"""Items of a stream made by worker processes."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping
from typing import Any, Literal

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.names import near_match
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.workers import Workers
from brickyard.datasets.transformers.workers_reader import WorkersReader

START_METHODS = ("forkserver", "spawn")

logger = logging.getLogger(__name__)


class MultiProcessing(Transformer):
    """Let worker processes make the items of a stream, in its order.

    The items, their order and the state are those of the stream below, whatever the
    number of workers, and a state may be restored with another number of them. Item k
    is made by worker k modulo their number: that one asks the dataset for it and
    applies all transformers. The others go past it. That costs next to nothing for
    transformers that make one item of each item, for `Batch`, and for datasets asked by
    index. Others (`Filter`, `Unpack`, `Window`, `NGrams`, `Cache`, `BucketBatch`,
    `ShuffleBuffer`, `Merge`, datasets read from start to end) run in every worker, in
    full, and only what comes above them is shared out. If nothing does, one worker is
    started, and the log says so.

    Workers start with the first item that is asked for, and are used in all epochs
    until `close` is called or the stream is dropped. They are started afresh, never by
    a plain fork, and import the running script: what it does must be under
    ``if __name__ == "__main__":``. Arrays come through shared memory, without a copy as
    long as not too many of them are kept.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches. It must be possible to pickle it:
        functions in it are defined at the top level of a module.
    max_store
        How many items are made ahead, at most, by all workers together.
    num_workers
        How many processes. There are not more than `max_store`.
    start_method
        ``"forkserver"`` or ``"spawn"``, as in `multiprocessing`.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If a number is not an integer; when read, if the stream cannot be pickled.
    ValueError
        If a number is below 1, or the start method is not one of the two.
    WorkerDiedError
        When read, if a worker has died.

    Notes
    -----
    What the stream below raises is raised where its item would have come, with the
    traceback of the worker in its notes. The iterator stays before that item; asked
    once more, it tries again.

    Workers ignore SIGINT and SIGTERM: they end when the process does that has started
    them, however it ends, and so does the shared memory.
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        max_store: int = 100,
        *,
        num_workers: int = 1,
        start_method: Literal["forkserver", "spawn"] = "forkserver",
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        self.max_store = positive_number(max_store, "max_store", "MultiProcessing")
        self.num_workers = positive_number(
            num_workers, "num_workers", "MultiProcessing"
        )
        if start_method not in START_METHODS:
            reason = (
                "; a plain fork copies locks that threads of JAX may hold"
                if start_method == "fork"
                else near_match(str(start_method), START_METHODS)
            )
            raise ValueError(
                "MultiProcessing: start_method must be 'forkserver' or 'spawn', got "
                f"{start_method!r}{reason}"
            )
        self.start_method = start_method
        self._workers: Workers | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_workers": None}

    @property
    def epoch_length(self) -> int | None:
        """How many items an epoch has: as many as below."""
        return self.data_stream.epoch_length

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return MultiProcessingIterator(self, child_iterator, epoch)

    def workers(self, child: DataIterator) -> Workers:
        """Return the workers of this stream, which are not started by that.

        Parameters
        ----------
        child
            An epoch of the stream below.
        """
        if self._workers is None:
            number = min(self.num_workers, self.max_store)
            if number > 1 and not child.can_skip():
                logger.warning(
                    "MultiProcessing uses one worker of %d: what %s makes cannot be "
                    "shared out, because every item takes reading all before it; put "
                    "MultiProcessing below it",
                    number,
                    type(self.data_stream).__name__,
                )
                number = 1
            self._workers = Workers(
                self.data_stream, number, self.max_store, self.start_method
            )
            weakref.finalize(self, self._workers.stop).atexit = False
        return self._workers

    def get_data(self, request: Request | None = None) -> Data:
        """Return the data of the stream below for a request, made in this process.

        Parameters
        ----------
        request
            What the stream below accepts.
        """
        return self.data_stream.get_data(request)

    def close(self) -> None:
        """End the workers, and let go of what the streams below hold."""
        if self._workers is not None:
            self._workers.stop()
        super().close()


class MultiProcessingIterator(DataIterator):
    """One epoch of `MultiProcessing`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    def __init__(
        self, data_stream: MultiProcessing, child: DataIterator, epoch: int
    ) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.reader = WorkersReader(data_stream.workers(child), child)

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below, where it was handed out."""
        return {"child": self.reader}

    def fetch(self, request: Request | None) -> Data:
        """Return the next item of the stream below.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        """
        return self.reader.read()

    def close(self) -> None:
        """End the epoch here; the workers go on waiting for another one."""
        super().close()
        self.reader.close()

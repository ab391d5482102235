"""The next items of a stream, read in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.background_reader import BackgroundReader
from brickyard.datasets.transformers.base import Transformer


class Prefetch(Transformer):
    """Read the next items of a stream in a thread, while the last one is being used.

    The items, and the state, are those of the stream below. It helps where the stream
    below waits, for a disk or a server, or computes outside Python's lock, as NumPy
    does with large arrays and Pillow with image files; the rest is for
    `MultiProcessing`.

    The thread starts with the first item of an epoch, and ends with the epoch, when its
    iterator is closed or dropped, and when the interpreter exits.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    max_store
        How many items are held ahead, at most.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `max_store` is not an integer.
    ValueError
        If `max_store` is below 1.

    Notes
    -----
    What the stream below raises is raised where its item would have come, with the
    traceback of the thread. The iterator stays before that item; asked once more, it
    tries again.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> stream = DataStream(IndexableDataset(range(5)), SequentialScheme(5, 2))
    >>> list(Prefetch(stream, max_store=4).get_epoch_iterator())
    [(range(0, 2),), (range(2, 4),), (range(4, 5),)]
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        max_store: int = 10,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        self.max_store = positive_number(max_store, "max_store", "Prefetch")

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
        return PrefetchIterator(self, child_iterator, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return the data of the stream below for a request, outside any epoch.

        Parameters
        ----------
        request
            What the stream below accepts.
        """
        return self.data_stream.get_data(request)


class PrefetchIterator(DataIterator):
    """One epoch of `Prefetch`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    def __init__(self, data_stream: Prefetch, child: DataIterator, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.reader = BackgroundReader(child, data_stream.max_store)

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
        """End the epoch here, and with it the thread."""
        super().close()
        self.reader.close()

"""Single examples out of batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.axis_labels import (
    change_labels,
    without_batch_axis,
)
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.replay import Replay


class Unpack(Transformer):
    """Divide batches into their examples.

    Parameters
    ----------
    data_stream
        The stream below, of batches.
    axis_labels
        Names of the axes, by source; None for those of the stream below without
        ``batch``.

    Raises
    ------
    ValueError
        If the stream below gives examples.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"x": [1, 2, 3]})
    >>> stream = Unpack(DataStream(dataset, SequentialScheme(3, 2)))
    >>> list(stream.get_epoch_iterator())
    [(1,), (2,), (3,)]
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples=True, axis_labels=axis_labels)
        if data_stream.produces_examples:
            raise ValueError(
                f"Unpack divides batches, but {type(data_stream).__name__} gives "
                "examples already; leave it out"
            )
        if axis_labels is None:
            self.axis_labels = change_labels(self.axis_labels, without_batch_axis)

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return UnpackIterator(self, child_iterator, epoch)


class UnpackIterator(DataIterator):
    """One epoch of `Unpack`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    def __init__(self, data_stream: Unpack, child: DataIterator, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.replay = Replay(child)
        # the next example is number `_next` of `_length` in the batch that is held
        self._next = 0
        self._length = 0

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below and its current batch."""
        return {"batch": self.replay}

    def fetch(self, request: Request | None) -> Data:
        """Return the next example.

        Parameters
        ----------
        request
            None: examples come in the order of the stream below.

        Raises
        ------
        StopIteration
            When the stream below has ended.
        """
        # a while, because batches may be empty
        while not self.replay.held:
            self._open_batch()
        batch, index = self.replay.held[0], self._next
        self._next += 1
        if self._next == self._length:
            self.replay.release()
        return tuple([array[index] for array in batch])

    def _open_batch(self) -> None:
        batch = self.replay.read()
        self._next = 0
        self._length = batch_length(batch, self.sources, "Unpack")
        if self._length == 0:
            self.replay.release()

    def get_memory(self) -> int:
        """Return the number of the next example in the current batch."""
        return self._next if self.replay.held else 0

    def set_memory(self, memory: Any) -> None:
        """Go to an example of the current batch.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        held = self.replay.held
        length = batch_length(held[0], self.sources, "Unpack") if held else 0
        limit = max(length - 1, 0)
        self._next = check_cursor(memory, limit, "memory", "an Unpack")
        self._length = length

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        super().close()
        self.replay.close()

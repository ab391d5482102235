"""Small batches out of large ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.schemes import IterationScheme
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import concatenate
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.replay import Replay
from brickyard.datasets.transformers.sizes import (
    check_size,
    check_size_scheme,
)


class Cache(Transformer):
    """Read batches of one size and hand out batches of another.

    Use it where large reads pay and small batches are wanted, or to sort within a
    larger number of examples than a batch has. The last batch may be smaller than
    requested.

    Parameters
    ----------
    data_stream
        The stream below, of batches.
    iteration_scheme
        The sizes of the batches to hand out, such as ``ConstantScheme(batch_size)``.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `iteration_scheme` requests something else than a number of examples.
    ValueError
        If the stream below gives examples.

    Examples
    --------
    >>> from brickyard.datasets import (
    ...     ConstantScheme, DataStream, IndexableDataset, SequentialScheme
    ... )
    >>> dataset = IndexableDataset({"x": range(5)})
    >>> stream = Cache(DataStream(dataset, SequentialScheme(5, 4)), ConstantScheme(2))
    >>> [len(x) for x, in stream.get_epoch_iterator()]
    [2, 2, 1]
    """

    iteration_scheme: IterationScheme

    def __init__(
        self,
        data_stream: AbstractDataStream,
        iteration_scheme: IterationScheme,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples=False, axis_labels=axis_labels)
        if data_stream.produces_examples:
            raise ValueError(
                f"Cache divides batches, but {type(data_stream).__name__} gives "
                "examples; use Batch to gather these"
            )
        check_size_scheme(iteration_scheme, "Cache")
        self.iteration_scheme = iteration_scheme

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return CacheIterator(self, child_iterator, epoch)


class CacheIterator(DataIterator):
    """One epoch of `Cache`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    def __init__(self, data_stream: Cache, child: DataIterator, epoch: int) -> None:
        requests = data_stream.iteration_scheme.get_request_iterator(epoch)
        super().__init__(data_stream, requests, epoch=epoch)
        self.replay = Replay(child)
        # how many examples of the oldest batch that is held were handed out
        self._used = 0

    def parts(self) -> dict[str, Stateful]:
        """Return the requests, and the epoch below with the batches held of it."""
        return {**super().parts(), "batches": self.replay}

    def fetch(self, request: Request | None) -> Data:
        """Return the next batch.

        Parameters
        ----------
        request
            How many examples it shall have.

        Raises
        ------
        StopIteration
            When the stream below has ended and all of it was handed out.
        """
        size = check_size(request, "Cache")
        pieces: list[Data] = []
        while size and self._has_examples():
            batch = self.replay.held[0]
            length = batch_length(batch, self.sources, "Cache")
            stop = min(self._used + size, length)
            pieces.append(tuple([array[self._used : stop] for array in batch]))
            size -= stop - self._used
            self._used = stop
            if stop == length:
                self.replay.release()
                self._used = 0
        if not pieces:
            raise StopIteration
        return tuple([concatenate(column) for column in zip(*pieces, strict=True)])

    def _has_examples(self) -> bool:
        if not self.replay.held:
            try:
                self.replay.read()
            except StopIteration:
                return False
        return True

    def get_memory(self) -> int:
        """Return how many examples of the oldest batch held were handed out."""
        return self._used

    def set_memory(self, memory: Any) -> None:
        """Go to an example of the oldest batch held.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        held = self.replay.held
        length = batch_length(held[0], self.sources, "Cache") if held else 1
        self._used = check_cursor(memory, length - 1, "memory", "a Cache")

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        super().close()
        self.replay.close()

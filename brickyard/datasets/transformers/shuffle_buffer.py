"""Shuffling of streams that can only be read in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import as_seed, positive_number
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.draws import Draws
from brickyard.datasets.transformers.held_items import HeldItems

SNAPSHOTS_PER_BUFFER = 8


class ShuffleBuffer(Transformer):
    """Shuffle a stream that cannot be indexed, as far as a buffer allows.

    The buffer is filled; then an item drawn from it is handed out and the next of the
    stream below is put into its place, until the stream ends and the buffer is emptied.
    An item comes at most ``buffer_size - 1`` places too early, and possibly much later.
    A dataset that can be indexed is shuffled better by a `ShuffledScheme`.

    The draws are a function of the seed, the epoch and the place. A saved state has no
    data in it: items in the buffer are read again when it is restored, on average
    about ``buffer_size * log(buffer_size)`` of them.

    Parameters
    ----------
    data_stream
        The stream below, of examples, or of batches, which stay together.
    buffer_size
        How many items the buffer holds. All of them are in memory.
    seed
        Non-negative integer; None for the default, 1.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `buffer_size` or `seed` is not an integer.
    ValueError
        If `buffer_size` is below 1, or `seed` is negative.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = ShuffleBuffer(DataStream(IterableDataset(range(8))), 4, seed=2)
    >>> numbers = [number for number, in stream.get_epoch_iterator()]
    >>> numbers == sorted(numbers), sorted(numbers) == list(range(8))
    (False, True)
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        buffer_size: int,
        seed: int | None = None,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        self.buffer_size = positive_number(buffer_size, "buffer_size", "ShuffleBuffer")
        self.seed = as_seed(seed, "ShuffleBuffer")

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
        return ShuffleBufferIterator(self, child_iterator, epoch)


class ShuffleBufferIterator(DataIterator):
    """One epoch of `ShuffleBuffer`.

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
        self, data_stream: ShuffleBuffer, child: DataIterator, epoch: int
    ) -> None:
        super().__init__(data_stream, epoch=epoch)
        self._size = data_stream.buffer_size
        self.buffer = HeldItems(child, -(-self._size // SNAPSHOTS_PER_BUFFER))
        self._draws = Draws(data_stream.seed, epoch, "ShuffleBuffer")

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below, with the items held of it."""
        return {"buffer": self.buffer}

    def fetch(self, request: Request | None) -> Data:
        """Return the next item.

        Parameters
        ----------
        request
            None: there are no requests.

        Raises
        ------
        StopIteration
            When the stream below has ended and the buffer is empty.
        """
        while len(self.buffer) < self._size and self.buffer.read():
            continue
        if not self.buffer:
            raise StopIteration
        place = int(self._draws.take(1)[0, 0] * len(self.buffer))
        return self.buffer.take(place)

    def get_memory(self) -> int:
        """Return how many places were drawn in this epoch."""
        return self._draws.index

    def set_memory(self, memory: Any) -> None:
        """Go to a draw.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        self._draws.seek(check_cursor(memory, None, "memory", "a ShuffleBuffer"))

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        super().close()
        self.buffer.close()

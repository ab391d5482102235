"""Leaving out examples or batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import Transformer


class Filter(Transformer):
    """Keep the examples, or batches, that a predicate accepts.

    Parameters
    ----------
    data_stream
        The stream below.
    predicate
        A function of an item of the stream below, a tuple of arrays in the order of its
        sources, that returns whether to keep it. The same item must always get the same
        answer, for a stream to be resumed exactly.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `predicate` cannot be called.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset([1, 2, 3, 4]))
    >>> even = Filter(stream, lambda data: data[0] % 2 == 0)
    >>> list(even.get_epoch_iterator())
    [(2,), (4,)]
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        predicate: Callable[[Data], bool],
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        if not callable(predicate):
            raise TypeError(
                "Filter: predicate must be a function of a tuple of arrays, got "
                f"{predicate!r}"
            )
        self.predicate = predicate

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return FilterIterator(self, child_iterator, epoch)


class FilterIterator(DataIterator):
    """One epoch of `Filter`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: Filter

    def __init__(self, data_stream: Filter, child: DataIterator, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.child = child

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below."""
        return {"child": self.child}

    def fetch(self, request: Request | None) -> Data:
        """Return the next item that the predicate accepts.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.

        Raises
        ------
        StopIteration
            When the stream below has ended.
        """
        predicate = self.data_stream.predicate
        for data in self.child:
            if predicate(data):
                return data
        raise StopIteration

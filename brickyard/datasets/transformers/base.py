"""Transformers: streams that read another stream and change what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream


class Transformer(AbstractDataStream):
    """A stream on top of another stream.

    A transformer without memory overrides `transform_example`, `transform_batch` or
    both; every item of the stream below becomes one item of this stream. One that
    drops, gathers or divides items overrides `make_iterator`.

    A class whose batches have as many examples as those below says so by
    ``keeps_length = True``. Then the length of a batch that is passed over, which what
    is random counts, is found without making the batch.

    Parameters
    ----------
    data_stream
        The stream below.
    produces_examples
        Whether this stream gives single examples rather than batches; None if that is
        as in the stream below.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `data_stream` is not a stream, or the class has a `get_data` of its own and
        none of the methods named above.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> class Double(Transformer):
    ...     def transform_example(self, example):
    ...         return tuple(2 * data for data in example)
    >>> stream = Double(DataStream(IterableDataset({"x": [1, 2, 3]})))
    >>> list(stream.get_epoch_iterator())
    [(2,), (4,), (6,)]
    """

    keeps_length: bool = False

    def __init__(
        self,
        data_stream: AbstractDataStream,
        produces_examples: bool | None = None,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        check_stream_type(data_stream, type(self).__name__)
        _check_methods(type(self))
        super().__init__(
            axis_labels=data_stream.axis_labels if axis_labels is None else axis_labels
        )
        self.data_stream = data_stream
        self._produces_examples = produces_examples

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the data: those of the stream below."""
        return self.data_stream.sources

    @property
    def produces_examples(self) -> bool:
        """Whether the stream gives single examples rather than batches."""
        if self._produces_examples is None:
            return self.data_stream.produces_examples
        return self._produces_examples

    @property
    def epoch_length(self) -> int | None:
        """How many items an epoch has: as many as below if each becomes one item."""
        return self.data_stream.epoch_length if self._item_by_item else None

    @property
    def _item_by_item(self) -> bool:
        return type(self).make_iterator is Transformer.make_iterator

    def open_epoch(self, epoch: int) -> DataIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0; the stream below opens the same one.
        """
        child = self.data_stream.get_epoch_iterator(epoch=epoch)
        return self.make_iterator(child, epoch)

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return TransformerIterator(self, child_iterator, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return the transformed data for a request, outside any epoch.

        Parameters
        ----------
        request
            What the stream below accepts.

        Raises
        ------
        ValueError
            If this transformer gives other items than the stream below, so that there
            is no such thing as its data for one request.
        """
        if not self._item_by_item:
            raise ValueError(
                f"{type(self).__name__} has no data for a single request, because it "
                "does not make one item of each item below; go through an epoch with "
                "get_epoch_iterator()"
            )
        return self.transform(self.data_stream.get_data(request))

    def transform(self, data: Data) -> Data:
        """Return one item of the stream below, an example or a batch, transformed.

        Parameters
        ----------
        data
            One array per source of the stream below.
        """
        if self.data_stream.produces_examples:
            return self.transform_example(data)
        return self.transform_batch(data)

    def transform_example(self, example: Data) -> Data:
        """Return an example of the stream below, transformed.

        Parameters
        ----------
        example
            One array per source of the stream below.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.transform_example is not defined: this transformer "
            "does not work on streams of examples"
        )

    def transform_batch(self, batch: Data) -> Data:
        """Return a batch of the stream below, transformed.

        Parameters
        ----------
        batch
            One array per source of the stream below, the batch axis first.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.transform_batch is not defined: this transformer "
            "does not work on streams of batches"
        )

    def close(self) -> None:
        """Let go of what the streams below hold."""
        self.data_stream.close()


class TransformerIterator(DataIterator):
    """One epoch of a transformer that makes one item of each item below.

    Parameters
    ----------
    data_stream
        The transformer.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: Transformer

    def __init__(
        self, data_stream: Transformer, child: DataIterator, epoch: int
    ) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.child = child
        self._transform = (
            data_stream.transform_example
            if data_stream.data_stream.produces_examples
            else data_stream.transform_batch
        )

    def fetch(self, request: Request | None) -> Data:
        """Return the next item of the stream below, transformed.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        """
        return self._transform(next(self.child))

    def can_skip(self) -> bool:
        """Return whether the item below is of the same kind, and not transformed."""
        stream = self.data_stream
        return stream.produces_examples == stream.data_stream.produces_examples

    def pass_over(self, request: Request | None, counted: bool) -> int:
        """Go past the item below; a batch is made if its length is wanted and unknown.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        counted
            Whether the number of examples is wanted.
        """
        stream = self.data_stream
        if counted and not (stream.produces_examples or stream.keeps_length):
            return super().pass_over(request, counted)
        return self.child.skip(counted=counted)

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below."""
        return {"child": self.child}


class AgnosticTransformer(Transformer):
    """A transformer that treats examples and batches alike.

    Subclasses give `transform_any`.
    """

    def transform_any(self, data: Data) -> Data:
        """Return an example or a batch of the stream below, transformed.

        Parameters
        ----------
        data
            One array per source of the stream below.
        """
        raise NotImplementedError(f"{type(self).__name__}.transform_any is not defined")

    def transform_example(self, example: Data) -> Data:
        """Return what `transform_any` makes of an example.

        Parameters
        ----------
        example
            One array per source of the stream below.
        """
        return self.transform_any(example)

    def transform_batch(self, batch: Data) -> Data:
        """Return what `transform_any` makes of a batch.

        Parameters
        ----------
        batch
            One array per source of the stream below, the batch axis first.
        """
        return self.transform_any(batch)


def _check_methods(kind: type[Transformer]) -> None:
    """Refuse a transformer whose only work is in `get_data`, as it was in Fuel."""
    called = ("transform_example", "transform_batch", "make_iterator")
    working = [m for m in called if getattr(kind, m) is not getattr(Transformer, m)]
    if kind.get_data is not Transformer.get_data and not working:
        raise TypeError(
            f"{kind.__name__} overrides get_data, which no epoch calls; give "
            "transform_batch or transform_example instead, or make_iterator if it does "
            "not make one item of each item of the stream below"
        )


def check_stream_type(data_stream: Any, owner: str) -> None:
    """Raise unless a transformer was given a stream to read.

    Parameters
    ----------
    data_stream
        What it was given.
    owner
        The class of the transformer, for the message.

    Raises
    ------
    TypeError
        If `data_stream` is not a stream.

    Examples
    --------
    >>> check_stream_type([1, 2], "Flatten")
    Traceback (most recent call last):
        ...
    TypeError: Flatten reads a data stream, got list; wrap a dataset as
    DataStream(dataset, iteration_scheme)
    """
    if not isinstance(data_stream, AbstractDataStream):
        raise TypeError(
            f"{owner} reads a data stream, got {type(data_stream).__name__}; wrap a "
            "dataset as DataStream(dataset, iteration_scheme)"
        )

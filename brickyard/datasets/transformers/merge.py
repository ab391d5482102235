"""Several streams side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import check_stream_type
from brickyard.datasets.transformers.source_names import check_distinct, listed


class Merge(AbstractDataStream):
    """Put the sources of several streams together, item by item.

    Parameters
    ----------
    data_streams
        The streams below, all of examples or all of batches. All of them are read in
        the same epoch.
    sources
        Names for the sources of all streams together, in order.
    axis_labels
        Names of the axes, by new name of the source; None for those of the streams
        below.
    on_unequal_length
        What to do when one stream ends before another: ``"raise"``, or ``"stop"``
        there and leave the rest of the others out.

    Raises
    ------
    TypeError
        If one of `data_streams` is not a stream.
    ValueError
        If there are no streams, some give examples and others batches, the number of
        names is not that of the sources, or two sources would have one name.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> english = DataStream(IterableDataset({"text": ["wall", "brick"]}))
    >>> french = DataStream(IterableDataset({"text": ["mur", "brique"]}))
    >>> stream = Merge((english, french), ("english", "french"))
    >>> list(stream.get_epoch_iterator())
    [('wall', 'mur'), ('brick', 'brique')]
    """

    def __init__(
        self,
        data_streams: Iterable[AbstractDataStream],
        sources: Sequence[str],
        axis_labels: Mapping[str, Any] | None = None,
        *,
        on_unequal_length: Literal["raise", "stop"] = "raise",
    ) -> None:
        self.data_streams = tuple(data_streams)
        self._sources = _check_sources(self.data_streams, sources)
        if on_unequal_length not in ("raise", "stop"):
            raise ValueError(
                "Merge: on_unequal_length must be 'raise' or 'stop', got "
                f"{on_unequal_length!r}"
            )
        self.on_unequal_length = on_unequal_length
        super().__init__(
            axis_labels=self._labels_below() if axis_labels is None else axis_labels
        )

    def _labels_below(self) -> dict[str, tuple[str, ...]] | None:
        below = [
            (stream.axis_labels or {}).get(source)
            for stream in self.data_streams
            for source in stream.sources
        ]
        names = zip(self._sources, below, strict=True)
        return {source: labels for source, labels in names if labels} or None

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources of all streams, in the order of the data."""
        return self._sources

    @property
    def produces_examples(self) -> bool:
        """Whether the stream gives single examples rather than batches."""
        return self.data_streams[0].produces_examples

    def open_epoch(self, epoch: int) -> DataIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0; the streams below open the same one.
        """
        return MergeIterator(self, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return the data of all streams for one request, outside any epoch.

        Parameters
        ----------
        request
            What all streams below accept.
        """
        return tuple(
            array for stream in self.data_streams for array in stream.get_data(request)
        )

    def close(self) -> None:
        """Let go of what the streams below hold."""
        for stream in self.data_streams:
            stream.close()


class MergeIterator(DataIterator):
    """One epoch of `Merge`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: Merge

    def __init__(self, data_stream: Merge, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.children = [
            stream.get_epoch_iterator(epoch=epoch)
            for stream in data_stream.data_streams
        ]
        self._batches = not data_stream.produces_examples

    def parts(self) -> dict[str, Stateful]:
        """Return the epochs of the streams below."""
        return {f"child_{index}": child for index, child in enumerate(self.children)}

    def fetch(self, request: Request | None) -> Data:
        """Return the next item of all streams.

        Parameters
        ----------
        request
            None: items come in the order of the streams below.

        Raises
        ------
        StopIteration
            When the streams have ended.
        ValueError
            If only some of them have, or their batches differ in length.
        """
        items: list[Any] = [next(child, None) for child in self.children]
        if any(item is None for item in items):
            raise self._end(items)
        data = tuple([array for item in items for array in item])
        if self._batches:
            batch_length(data, self.sources, "Merge")
        return data

    def _end(self, items: Sequence[Data | None]) -> Exception:
        going_on = [index for index, item in enumerate(items) if item is not None]
        if going_on and self.data_stream.on_unequal_length == "raise":
            streams = self.data_stream.data_streams
            first = next(index for index, item in enumerate(items) if item is None)
            kind = "batches" if self._batches else "examples"
            return ValueError(
                f"Merge: stream {first}, with {listed(streams[first].sources)}, ended "
                f"after {self.position} {kind}, but stream {going_on[0]}, with "
                f"{listed(streams[going_on[0]].sources)}, has more; pass "
                "on_unequal_length='stop' to leave the rest out"
            )
        return StopIteration()


def _check_sources(
    streams: Sequence[AbstractDataStream], sources: Sequence[str]
) -> tuple[str, ...]:
    if not streams:
        raise ValueError("Merge needs at least one stream, got none")
    for stream in streams:
        check_stream_type(stream, "Merge")
    if len({stream.produces_examples for stream in streams}) > 1:
        kinds = (
            f"stream {index} gives {'examples' if s.produces_examples else 'batches'}"
            for index, s in enumerate(streams)
        )
        raise ValueError(
            f"Merge: {', '.join(kinds)}; make them all batches with Batch, or all "
            "examples with Unpack"
        )
    if isinstance(sources, str):
        raise TypeError(
            "Merge: sources must be a sequence of source names, got the string "
            f"{sources!r}"
        )
    below = [name for stream in streams for name in stream.sources]
    if len(sources) != len(below):
        raise ValueError(
            f"Merge: sources must name all {len(below)} sources of the streams, "
            f"{listed(below)}, got {len(sources)} names: {listed(sources)}"
        )
    check_distinct(sources, "Merge")
    return tuple(sources)

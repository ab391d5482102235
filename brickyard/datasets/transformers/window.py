"""Windows that slide along sequences, with other windows to be predicted from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.axis_labels import Labels
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.replay import Replay
from brickyard.datasets.transformers.source_names import check_distinct, listed


class Window(Transformer):
    """Divide sequences into pairs of windows, a source and a target.

    Both windows move along a sequence together, one element at a time, as long as both
    are within it. Sequences that are too short for both give nothing. The windows of
    arrays are views of these.

    Parameters
    ----------
    offset
        How many elements after the source window the target window begins; negative
        for before.
    source_window
        The length of the source window, in elements.
    target_window
        The length of the target window, in elements.
    overlapping
        Whether `offset` counts from the begin of the source window rather than from its
        end, so that the windows may overlap.
    data_stream
        The stream below, of examples with one source, which are sequences: arrays of
        shape ``(time, ...)``, lists, or texts.
    target_source
        A name for the target window.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If a number is not an integer, or `data_stream` is not a stream; when read, if
        an example is no sequence.
    ValueError
        If a window is shorter than 1, or the stream below gives batches, has several
        sources, or one named `target_source`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> letters = DataStream(IterableDataset({"text": ["bricks", "by"]}))
    >>> list(Window(0, 3, 2, False, letters).get_epoch_iterator())
    [('bri', 'ck'), ('ric', 'ks')]
    """

    def __init__(
        self,
        offset: int,
        source_window: int,
        target_window: int,
        overlapping: bool,
        data_stream: AbstractDataStream,
        target_source: str = "targets",
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        name = type(self).__name__
        super().__init__(data_stream, produces_examples=True, axis_labels=axis_labels)
        if not data_stream.produces_examples:
            raise ValueError(
                f"{name} divides sequences, but {type(data_stream).__name__} gives "
                "batches of them; put an Unpack between them"
            )
        if len(data_stream.sources) > 1:
            raise ValueError(
                f"{name} divides the sequences of one source, but the stream below has "
                f"{listed(data_stream.sources)}; choose one with FilterSources"
            )
        if isinstance(offset, bool) or not isinstance(offset, int | np.integer):
            raise TypeError(f"offset of {name} must be an integer, got {offset!r}")
        self.offset = int(offset)
        self.source_window = positive_number(source_window, "source_window", name)
        self.target_window = positive_number(target_window, "target_window", name)
        self.overlapping = bool(overlapping)
        self.target_source = target_source
        check_distinct(self.sources, name)
        below = (self.axis_labels or {}).get(data_stream.sources[0])
        if axis_labels is None and below is not None:
            self.axis_labels = {
                data_stream.sources[0]: below,
                target_source: self.target_labels(below),
            }
        # where the target begins, and where the pair ends, from the begin of the source
        self._target_start = self.offset + (0 if overlapping else self.source_window)
        target_end = self._target_start + self.target_window
        self._end = max(self.source_window, target_end)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources: that of the stream below, and of the target window."""
        return (*self.data_stream.sources, self.target_source)

    def target_labels(self, labels: Labels) -> Labels:
        """Return the axis labels of target windows.

        Parameters
        ----------
        labels
            Those of the sequences.
        """
        return labels

    def windows(self, sequence: Any, index: int) -> Data:
        """Return the source window and the target window.

        Parameters
        ----------
        sequence
            The sequence.
        index
            Where in it the source window begins.
        """
        start = index + self._target_start
        return (
            sequence[index : index + self.source_window],
            sequence[start : start + self.target_window],
        )

    def places(self, sequence: Any) -> range:
        """Return where in a sequence source windows begin.

        Parameters
        ----------
        sequence
            The sequence.

        Raises
        ------
        TypeError
            If it has no length.
        """
        try:
            length = len(sequence)
        except TypeError as error:
            raise TypeError(
                f"{type(self).__name__} divides sequences, but an example of source "
                f"{self.data_stream.sources[0]!r} is {sequence!r}, which has no length"
            ) from error
        return range(max(0, -self._target_start), length - self._end + 1)

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return WindowIterator(self, child_iterator, epoch)


class WindowIterator(DataIterator):
    """One epoch of `Window`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: Window

    def __init__(self, data_stream: Window, child: DataIterator, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.replay = Replay(child)
        # the next pair is number `_next` of those in the sequence that is held
        self._next = 0
        self._places = range(0)

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below and its current sequence."""
        return {"sequence": self.replay}

    def fetch(self, request: Request | None) -> Data:
        """Return the next pair of windows.

        Parameters
        ----------
        request
            None: pairs come in the order of the stream below.

        Raises
        ------
        StopIteration
            When the stream below has ended.
        """
        while not self.replay.held:
            self._open_sequence()
        (sequence,), place = self.replay.held[0], self._places[self._next]
        self._next += 1
        if self._next == len(self._places):
            self.replay.release()
        return self.data_stream.windows(sequence, place)

    def _open_sequence(self) -> None:
        (sequence,) = self.replay.read()
        self._next = 0
        self._places = self.data_stream.places(sequence)
        if not self._places:
            self.replay.release()

    def get_memory(self) -> int:
        """Return the number of the next pair in the current sequence."""
        return self._next if self.replay.held else 0

    def set_memory(self, memory: Any) -> None:
        """Go to a pair of the current sequence.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        held = self.replay.held
        places = self.data_stream.places(held[0][0]) if held else range(0)
        limit = max(len(places) - 1, 0)
        self._next = check_cursor(memory, limit, "memory", "a Window")
        self._places = places

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        super().close()
        self.replay.close()

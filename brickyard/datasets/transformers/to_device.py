"""Putting the next batches on the device ahead of time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from brickyard.datasets.device_arrays import as_numbers, put
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.source_names import check_known
from brickyard.state import State


class ToDevice(Transformer):
    """Put the next batches on the device while it computes with the last one.

    Batches become arrays of JAX, in the dtypes they have, on JAX's default device. On
    XLA the compiled functions take them without a copy; with numba they are read as
    arrays of NumPy. It is the last transformer of a pipeline: put a `Prefetch` or
    `MultiProcessing` below it if making the batches takes long.

    The state is that of the stream below after the last batch handed out.

    Parameters
    ----------
    data_stream
        The stream below.
    ahead
        How many batches are put on the device before they are asked for, at least 1.
    which_sources
        Names of the sources to put there; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `ahead` is not an integer.
    ValueError
        If `ahead` is below 1, or `which_sources` names a source that the stream below
        does not have.

    Examples
    --------
    >>> import numpy as np
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> data = IndexableDataset({"x": np.arange(5.0)})
    >>> stream = ToDevice(DataStream(data, SequentialScheme(5, 2)))
    >>> (batch,) = next(stream.get_epoch_iterator())
    >>> batch.device.platform in ("cpu", "gpu", "tpu"), batch.dtype
    (True, dtype('float64'))
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        ahead: int = 2,
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        self.ahead = positive_number(ahead, "ahead", "ToDevice")
        if which_sources is not None:
            if not isinstance(which_sources, str):
                which_sources = tuple(which_sources)
            check_known(which_sources, data_stream.sources, "ToDevice: which_sources")
            which_sources = tuple(which_sources)
        self.which_sources = which_sources

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
        return ToDeviceIterator(self, child_iterator, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return the data for a request on the device, outside any epoch.

        Parameters
        ----------
        request
            What the stream below accepts.
        """
        return self.transform(self.data_stream.get_data(request))

    def transform(self, data: Data) -> Data:
        """Return one item of the stream below on the device.

        Parameters
        ----------
        data
            One array per source of the stream below.

        Raises
        ------
        TypeError
            If a source does not consist of numbers.
        """
        chosen = self.which_sources
        pairs = enumerate(zip(self.sources, data, strict=True))
        arrays = {
            place: as_numbers(value, source, "ToDevice")
            for place, (source, value) in pairs
            if chosen is None or source in chosen
        }
        result = list(data)
        for place, array in zip(arrays, put(list(arrays.values())), strict=True):
            result[place] = array
        return tuple(result)


class ToDeviceIterator(DataIterator):
    """One epoch of `ToDevice`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    def __init__(self, data_stream: ToDevice, child: DataIterator, epoch: int) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.child = child
        self._queue = _Queue(data_stream, child)

    def fetch(self, request: Request | None) -> Data:
        """Return the next item, once the ones after it are on their way.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        """
        return self._queue.take()

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below, as if it had not been read ahead."""
        return {"child": self._queue}

    def close(self) -> None:
        """End the epoch here and let go of the items on the device."""
        super().close()
        self._queue.close()


class _Queue:
    """Items on the device that were not handed out yet, and where each came from."""

    def __init__(self, data_stream: ToDevice, child: DataIterator) -> None:
        self._transform = data_stream.transform
        self._size = data_stream.ahead + 1
        self._child = child
        # the state before each item, and the item or what was raised in its place
        self._items: deque[tuple[State, Data | Exception]] = deque()
        # the state when the epoch was closed before its end
        self._left: State | None = None

    def take(self) -> Data:
        items = self._items
        while len(items) < self._size and self._read():
            continue
        if not items:
            raise StopIteration
        _, item = items.popleft()
        if isinstance(item, Exception):
            raise item
        return item

    def _read(self) -> bool:
        """Put one more item on the device, and return whether to go on."""
        if self._items and isinstance(self._items[-1][1], Exception):
            return False
        state = self._child.get_state()
        try:
            item: Data | Exception = self._transform(next(self._child))
        except StopIteration:
            return False
        except Exception as error:
            # raised where its item would have come
            item = error
        self._items.append((state, item))
        return True

    def get_state(self) -> State:
        if self._items:
            return self._items[0][0]
        return self._child.get_state() if self._left is None else self._left

    def set_state(self, state: State) -> None:
        self._child.set_state(state)
        self._items.clear()
        self._left = None

    def close(self) -> None:
        self._left = self.get_state()
        self._items.clear()
        self._child.close()

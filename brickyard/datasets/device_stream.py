"""A stream of a dataset that lives on the device."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from brickyard.datasets.base import Dataset
from brickyard.datasets.device_arrays import as_numbers, put
from brickyard.datasets.indexing import as_selection
from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.schemes import BatchSizeScheme, IterationScheme
from brickyard.datasets.streams import AbstractDataStream, DataStream


class OnDevice(AbstractDataStream):
    """Keep a dataset on the device, and send nothing but indices there.

    The batches are those of ``DataStream(dataset, iteration_scheme)``, bit for bit, as
    arrays of JAX. They are gathered by a function that is compiled once for each size
    of batch, of which there are two at most if all but the last are of one size.

    The dataset is put on JAX's default device, as it is stored, when the first batch is
    asked for; numbers that are stored in few bytes are best scaled in the graph. A
    pickled copy puts it there again.

    Parameters
    ----------
    dataset
        A dataset in memory whose sources are arrays of numbers.
    iteration_scheme
        A scheme whose requests are indices.
    axis_labels
        Names of the axes, by source; None for those of the dataset.

    Raises
    ------
    TypeError
        If `dataset` is not a dataset or `iteration_scheme` no scheme of indices, or a
        source does not consist of numbers.
    ValueError
        If the dataset is not in memory.

    Examples
    --------
    >>> from brickyard.datasets import IndexableDataset, ShuffledScheme
    >>> dataset = IndexableDataset({"x": np.arange(100.0), "y": np.arange(100)})
    >>> stream = OnDevice(dataset, ShuffledScheme(100, 25, seed=1))
    >>> x, y = next(stream.get_epoch_iterator())
    >>> x.shape, x.dtype, bool((x == y).all())
    ((25,), dtype('float64'), True)
    """

    iteration_scheme: IterationScheme

    def __init__(
        self,
        dataset: Dataset,
        iteration_scheme: IterationScheme,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        _check_in_memory(dataset)
        _check_scheme(iteration_scheme)
        # the same checks, and the same labels
        plain = DataStream(dataset, iteration_scheme, axis_labels=axis_labels)
        super().__init__(iteration_scheme, plain.axis_labels)
        self.dataset = dataset
        self._arrays: list[Any] | None = None
        self._in_memory()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the data: those of the dataset."""
        return self.dataset.sources

    @property
    def epoch_length(self) -> int | None:
        """How many items, batches or examples, the scheme of the first epoch asks for.

        Examples
        --------
        >>> from brickyard.datasets import IndexableDataset, SequentialScheme
        >>> dataset = IndexableDataset({"x": np.arange(5)})
        >>> OnDevice(dataset, SequentialScheme(5, 2)).epoch_length
        3
        """
        return self.iteration_scheme.get_request_iterator(0).length

    def open_epoch(self, epoch: int) -> DataIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        requests = self.iteration_scheme.get_request_iterator(epoch)
        return DataIterator(self, requests, epoch=epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return the requested examples, gathered on the device.

        Parameters
        ----------
        request
            An index, or indices: a range, a slice, a sequence or an array.

        Raises
        ------
        TypeError
            If the request is not for indices.
        IndexError
            If the request is for examples that there are not.
        """
        count = int(self.dataset.num_examples)
        selection = as_selection(request, count, "OnDevice")
        if isinstance(selection, slice):
            selection = np.arange(selection.start, selection.stop)
        kind = np.int32 if count <= np.iinfo(np.int32).max else np.int64
        indices = np.asarray(selection, kind)
        if self._arrays is None:
            self._arrays = put(self._in_memory())
        return tuple(_gather()(self._arrays, indices))

    def _in_memory(self) -> list[Any]:
        """Return all data of the sources, as arrays of numbers."""
        request = range(int(self.dataset.num_examples))
        everything = self.dataset.get_data(None, request)
        pairs = zip(self.sources, everything, strict=True)
        return [as_numbers(data, source, "OnDevice") for source, data in pairs]

    def close(self) -> None:
        """Take the data off the device, as soon as no batch is in use."""
        self._arrays = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_arrays": None}


@cache
def _gather() -> Any:
    """Return the compiled function that takes examples out of arrays."""
    import jax

    def gather(arrays: list[Any], indices: Any) -> list[Any]:
        # the indices were checked on the way here
        return [a.at[indices].get(mode="promise_in_bounds") for a in arrays]

    return jax.jit(gather)


def _check_scheme(scheme: Any) -> None:
    if scheme is None or isinstance(scheme, BatchSizeScheme):
        given = "None" if scheme is None else type(scheme).__name__
        raise TypeError(
            "iteration_scheme of OnDevice must request indices, as SequentialScheme "
            f"and ShuffledScheme do, got {given}"
        )


def _check_in_memory(dataset: Any) -> None:
    name = type(dataset).__name__
    if getattr(dataset, "load_in_memory", True) is False:
        raise ValueError(
            f"OnDevice needs a dataset in memory, and {name} reads from a file; "
            "construct it with load_in_memory=True, or feed it with ToDevice"
        )
    if not isinstance(dataset, Dataset):
        return
    state = dataset.open()
    dataset.close(state)
    if state is not None or math.isnan(dataset.num_examples):
        raise ValueError(
            "OnDevice needs a dataset in memory whose examples have indices, and "
            f"{name} is read from start to end; feed it with ToDevice"
        )

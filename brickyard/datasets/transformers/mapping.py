"""Any function of an example or batch, and sorting as one such function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingType
from typing import Any

import numpy as np

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import as_array
from brickyard.datasets.transformers.base import AgnosticTransformer
from brickyard.datasets.transformers.source_names import check_distinct, listed


class Mapping(AgnosticTransformer):
    """Apply a function to every example, or batch, of a stream.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    mapping
        The function. It must always make the same of the same data, for a stream to be
        resumed exactly, and must not write into them. A stream that travels to another
        process needs one that can be pickled: defined at the top level of a module.
    add_sources
        Names for what the function returns, which then comes after the sources of the
        stream below. None if it takes their place.
    mapping_accepts
        ``list`` for a function from a tuple of arrays, in the order of the sources, to
        a tuple or list of them; ``dict`` for one from and to dictionaries with the
        names of the sources.
    axis_labels
        Names of the axes, by source; None for those of the stream below. Give them if
        the function changes axes.

    Raises
    ------
    TypeError
        If `mapping` cannot be called, or `mapping_accepts` is neither list nor dict.
    ValueError
        If an added source has the name of another one.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset({"x": [1, 2]}))
    >>> squares = Mapping(stream, lambda data: (data[0] ** 2,), add_sources=("square",))
    >>> list(squares.get_epoch_iterator(as_dict=True))
    [{'x': 1, 'square': 1}, {'x': 2, 'square': 4}]
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        mapping: Callable[[Any], Any],
        add_sources: Iterable[str] | None = None,
        mapping_accepts: type[list] | type[dict] = list,
        *,
        axis_labels: MappingType[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        if not callable(mapping):
            raise TypeError(f"Mapping: mapping must be a function, got {mapping!r}")
        if mapping_accepts not in (list, dict):
            raise TypeError(
                "Mapping: mapping_accepts must be the type list or dict, got "
                f"{mapping_accepts!r}"
            )
        if isinstance(add_sources, str):
            raise TypeError(
                "Mapping: add_sources must be a sequence of source names, got the "
                f"string {add_sources!r}; write ({add_sources!r},)"
            )
        self.mapping = mapping
        self.mapping_accepts = mapping_accepts
        self.add_sources = None if add_sources is None else tuple(add_sources)
        check_distinct(self.sources, "Mapping")

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources below and of those added, in the order of the data."""
        return self.data_stream.sources + (self.add_sources or ())

    def transform_any(self, data: Data) -> Data:
        """Return what the function makes of an example or batch.

        Parameters
        ----------
        data
            One array per source of the stream below.

        Raises
        ------
        TypeError
            If the function returns something of another type than announced.
        ValueError
            If it returns too few or too many arrays, or other names.
        """
        below = self.data_stream.sources
        expected = below if self.add_sources is None else self.add_sources
        if self.mapping_accepts is dict:
            mapped = self.mapping(dict(zip(below, data, strict=True)))
            result = self._from_dict(mapped, expected)
        else:
            result = self._from_sequence(self.mapping(data), expected)
        return result if self.add_sources is None else (*data, *result)

    def _from_sequence(self, mapped: Any, expected: tuple[str, ...]) -> Data:
        if not isinstance(mapped, tuple | list):
            raise TypeError(
                f"Mapping: {_name(self.mapping)} must return a tuple with one array "
                f"for each of {listed(expected)}, got {type(mapped).__name__}"
            )
        if len(mapped) != len(expected):
            raise ValueError(
                f"Mapping: {_name(self.mapping)} must return {len(expected)} arrays, "
                f"for {listed(expected)}, got {len(mapped)}; name added sources in "
                "add_sources"
            )
        return tuple(mapped)

    def _from_dict(self, mapped: Any, expected: tuple[str, ...]) -> Data:
        if not isinstance(mapped, MappingType):
            raise TypeError(
                f"Mapping: {_name(self.mapping)} must return a dictionary of "
                f"{listed(expected)}, because mapping_accepts is dict, got "
                f"{type(mapped).__name__}"
            )
        if set(mapped) != set(expected):
            raise ValueError(
                f"Mapping: {_name(self.mapping)} must return the sources "
                f"{listed(expected)}, got {listed(mapped)}; name added sources in "
                "add_sources"
            )
        return tuple([mapped[source] for source in expected])


class SortMapping:
    """Sort the examples of a batch, as a function for `Mapping`.

    Examples with equal keys keep their order, also where it is reversed.

    Parameters
    ----------
    key
        A function from an example, a tuple in the order of the sources, to what it is
        sorted by.
    reverse
        Whether the largest key comes first.

    Raises
    ------
    TypeError
        If `key` cannot be called.

    Examples
    --------
    >>> by_length = SortMapping(key=lambda example: len(example[0]))
    >>> words, numbers = by_length((["ccc", "a", "bb"], np.array([3, 1, 2])))
    >>> words, numbers
    (array(['a', 'bb', 'ccc'], dtype='<U3'), array([1, 2, 3]))
    """

    def __init__(self, key: Callable[[Any], Any], reverse: bool = False) -> None:
        if not callable(key):
            raise TypeError(
                f"SortMapping: key must be a function of an example, got {key!r}"
            )
        self.key = key
        self.reverse = reverse

    def __call__(self, data: Data) -> Data:
        """Return a batch with its examples sorted.

        Parameters
        ----------
        data
            One array per source, the batch axis first.

        Raises
        ------
        ValueError
            If the sources differ in the number of examples.
        """
        names = tuple(f"number {index}" for index in range(len(data)))
        length = batch_length(data, names, "SortMapping")
        keys = [self.key(example) for example in zip(*data, strict=True)]
        order = np.array(
            sorted(range(length), key=keys.__getitem__, reverse=self.reverse),
            dtype=np.intp,
        )
        return tuple([as_array(array)[order] for array in data])


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)

"""Datasets that can only be read from start to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import Any

from brickyard.datasets.base import Dataset
from brickyard.datasets.indexing import protect
from brickyard.datasets.request_iterators import check_cursor
from brickyard.state import require_keys


class IterableState:
    """Where one reader of an `IterableDataset` stands.

    Parameters
    ----------
    iterators
        One iterator per provided source.

    Attributes
    ----------
    consumed : int
        How many examples were read.
    """

    def __init__(self, iterators: list[Iterator[Any]]) -> None:
        self.iterators = iterators
        self.consumed = 0


class IterableDataset(Dataset):
    """Examples read from iterables, in their order.

    Parameters
    ----------
    iterables
        A mapping from source to iterable, or one iterable for the source ``data``.
        Each must start anew whenever it is iterated over, and all must give equally
        many examples.
    **kwargs
        `sources` and `axis_labels` of `Dataset`.

    Raises
    ------
    TypeError
        If something is not iterable, or an iterator, which could be read only once.

    Examples
    --------
    >>> dataset = IterableDataset({"x": [1, 2, 3], "y": "abc"})
    >>> state = dataset.open()
    >>> dataset.get_data(state)
    (1, 'a')
    >>> dataset.get_data(state)
    (2, 'b')
    """

    def __init__(
        self, iterables: Mapping[str, Iterable[Any]] | Iterable[Any], **kwargs: Any
    ) -> None:
        if not isinstance(iterables, Mapping):
            iterables = {"data": iterables}
        for name, iterable in iterables.items():
            _check_iterable(iterable, name)
        self.provides_sources = tuple(iterables)
        super().__init__(**kwargs)
        self.iterables = [protect(iterable) for iterable in iterables.values()]
        _check_lengths(self.provides_sources, self.iterables)

    @property
    def num_examples(self) -> int | float:
        """How many examples there are; NaN if no iterable has a length."""
        for iterable in self.iterables:
            if isinstance(iterable, Sized):
                return len(iterable)
        return float("nan")

    def open(self) -> IterableState:
        """Return a reader at the first example."""
        return IterableState([iter(iterable) for iterable in self.iterables])

    def save_state(self, state: IterableState) -> dict[str, int]:
        """Return how many examples a reader has read.

        Parameters
        ----------
        state
            The reader.
        """
        return {"consumed": state.consumed}

    def restore_state(self, saved: Any) -> IterableState:
        """Return a reader that has skipped what was read before.

        Parameters
        ----------
        saved
            What `save_state` returned.

        Raises
        ------
        ValueError
            If there are fewer examples than were read then.
        """
        require_keys(saved, ["consumed"], "IterableDataset")
        count = check_cursor(saved["consumed"], None, "consumed", "IterableDataset")
        state = self.open()
        while state.consumed < count:
            try:
                self.get_data(state)
            except StopIteration as error:
                raise ValueError(
                    f"IterableDataset has {state.consumed} examples, and the saved "
                    f"state has read {count}; the data have changed since"
                ) from error
        return state

    def get_data(
        self, state: IterableState | None = None, request: Any = None
    ) -> tuple[Any, ...]:
        """Return the next example.

        Parameters
        ----------
        state
            A reader made by `open`.
        request
            Must be None: these data cannot be indexed.

        Raises
        ------
        ValueError
            If there is a request or no reader, or if the sources end at different
            examples.
        StopIteration
            After the last example.
        """
        if state is None:
            raise ValueError("IterableDataset.get_data needs the state made by open()")
        if request is not None:
            raise ValueError(
                f"IterableDataset cannot serve the request {request!r}, it only gives "
                "the next example; leave out the iteration scheme and make batches "
                "with the transformer Batch"
            )
        data, ended = [], []
        for name, iterator in zip(self.provides_sources, state.iterators, strict=True):
            try:
                data.append(next(iterator))
            except StopIteration:
                ended.append(name)
        if ended:
            if data:
                raise ValueError(
                    f"the sources of IterableDataset differ in length: {ended} ended "
                    f"after {state.consumed} examples, the others of "
                    f"{self.provides_sources} go on"
                )
            raise StopIteration
        state.consumed += 1
        return self.filter_sources(data)


def _check_iterable(iterable: Any, name: str) -> None:
    if not isinstance(iterable, Iterable):
        raise TypeError(
            f"source {name!r} of IterableDataset must be iterable, got "
            f"{type(iterable).__name__}"
        )
    if isinstance(iterable, Iterator):
        raise TypeError(
            f"source {name!r} of IterableDataset is an iterator "
            f"({type(iterable).__name__}), which can be read only once; pass a list, "
            "or an object whose __iter__ starts anew for every epoch"
        )


def _check_lengths(names: tuple[str, ...], iterables: list[Any]) -> None:
    lengths = {
        name: len(iterable)
        for name, iterable in zip(names, iterables, strict=True)
        if isinstance(iterable, Sized)
    }
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the sources of IterableDataset differ in length: {lengths}")

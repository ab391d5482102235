"""Datasets whose examples can be asked for by index."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from brickyard.datasets.base import Dataset
from brickyard.datasets.indexing import as_selection, protect, take_examples
from brickyard.datasets.schemes import SequentialExampleScheme
from brickyard.datasets.subset import Subset


class IndexableDataset(Dataset):
    """Examples from arrays or sequences in memory.

    Batches of neighbouring examples of an array are views of it, which cannot be
    written to; other batches are copies.

    Parameters
    ----------
    indexables
        A mapping from source to array, shape ``(examples, ...)``, or to sequence; or
        one of them for the source ``data``. All of the same length.
    start
        The first example to use; None for the first that there is.
    stop
        One past the last example to use; None for all.
    **kwargs
        `sources` and `axis_labels` of `Dataset`.

    Raises
    ------
    TypeError
        If something cannot be indexed.
    ValueError
        If lengths differ, or `start` and `stop` are not within the data.

    Examples
    --------
    >>> import numpy as np
    >>> dataset = IndexableDataset({"x": np.arange(6), "y": np.arange(6) ** 2}, stop=5)
    >>> dataset.num_examples
    5
    >>> dataset.get_data(request=[4, 0])
    (array([4, 0]), array([16,  0]))
    """

    def __init__(
        self,
        indexables: Any,
        start: int | None = None,
        stop: int | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(indexables, Mapping):
            indexables = {"data": indexables}
        length = _common_length(indexables)
        _check_bounds(start, stop)
        self.start = start
        self.stop = stop
        self.subset = Subset(slice(start, stop), length)
        self.provides_sources = tuple(indexables)
        super().__init__(**kwargs)
        bounds = slice(*self.subset.bounds)
        self.indexables = [
            protect(value if (start, stop) == (None, None) else value[bounds])
            for value in indexables.values()
        ]
        by_name = dict(zip(self.provides_sources, self.indexables, strict=True))
        self._requested = [by_name[source] for source in self.sources]
        self._num_examples = self.subset.num_examples

    @property
    def num_examples(self) -> int:
        """How many examples there are."""
        return self._num_examples

    @property
    def example_iteration_scheme(self) -> SequentialExampleScheme:
        """A scheme going through the examples one by one."""
        return SequentialExampleScheme(self.num_examples)

    def get_data(self, state: Any = None, request: Any = None) -> tuple[Any, ...]:
        """Return the requested examples.

        Parameters
        ----------
        state
            Must be None.
        request
            An index, or indices: a range, a slice, a sequence or an array.

        Raises
        ------
        ValueError
            If there is a state.
        TypeError
            If the request is not for indices.
        IndexError
            If the request is for examples that there are not.
        """
        if state is not None:
            raise ValueError(
                f"{type(self).__name__} has no position and takes no state, got "
                f"{state!r}"
            )
        selection = as_selection(request, self._num_examples, type(self).__name__)
        return tuple([take_examples(value, selection) for value in self._requested])


def _check_bounds(start: Any, stop: Any) -> None:
    for name, value in (("start", start), ("stop", stop)):
        if value is not None and not isinstance(value, Integral):
            raise TypeError(
                f"{name} of IndexableDataset must be an integer or None, got "
                f"{type(value).__name__}; several sources are given as a mapping, "
                "{'features': ..., 'targets': ...}"
            )


def _common_length(indexables: Mapping[str, Any]) -> int:
    if not indexables:
        raise ValueError("IndexableDataset needs at least one source, got none")
    for name, value in indexables.items():
        if not (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
            raise TypeError(
                f"source {name!r} of IndexableDataset must be an array or a sequence, "
                f"got {type(value).__name__}"
            )
        if getattr(value, "shape", None) == ():
            raise TypeError(
                f"source {name!r} of IndexableDataset is an array without axes; it "
                "needs one of shape (examples, ...)"
            )
    lengths = {name: len(value) for name, value in indexables.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the sources of IndexableDataset differ in length: {lengths}")
    return next(iter(lengths.values()))

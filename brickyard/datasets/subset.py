"""Some of the examples of something: a stretch or a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brickyard.datasets.indexing import Selection, as_selection, take_examples

ListOrSlice = slice | Sequence[int] | np.ndarray


class Subset:
    """A description of some of the examples of an indexable object.

    Parameters
    ----------
    list_or_slice
        The indices of the examples, without duplicates, or a slice with a step of 1.
    original_num_examples
        How many examples the object has.

    Raises
    ------
    TypeError
        If `list_or_slice` is neither a slice nor a list of integers.
    ValueError
        If indices repeat or are beyond the object, or the slice has a step, ends
        before it starts, or is beyond the object.

    Examples
    --------
    >>> subset = Subset([4, 2], 5)
    >>> subset.num_examples
    2
    >>> subset.index_within_subset("abcde", [1, 0])
    ['c', 'e']
    """

    def __init__(self, list_or_slice: ListOrSlice, original_num_examples: int) -> None:
        self.original_num_examples = original_num_examples
        if isinstance(list_or_slice, slice):
            start, stop = _check_slice(list_or_slice, original_num_examples)
            self._indices: np.ndarray | slice = slice(start, stop)
        else:
            indices = _check_list(list_or_slice, original_num_examples)
            first = int(indices[0]) if len(indices) else 0
            if np.array_equal(indices, np.arange(first, first + len(indices))):
                self._indices = slice(first, first + len(indices))
            else:
                self._indices = indices

    @classmethod
    def subset_of(cls, subset: Subset, list_or_slice: ListOrSlice) -> Subset:
        """Return a subset of a subset, as a subset of the original object.

        Parameters
        ----------
        subset
            The larger subset.
        list_or_slice
            Which of its examples, counted within it.

        Examples
        --------
        >>> Subset.subset_of(Subset(slice(2, 5), 9), slice(1, 3))
        Subset(slice(3, 5, None), 9)
        """
        within = cls(list_or_slice, subset.num_examples)
        return cls(
            subset.locate(within._indices),  # type: ignore[arg-type]
            subset.original_num_examples,
        )

    @classmethod
    def empty_subset(cls, original_num_examples: int) -> Subset:
        """Return a subset without examples.

        Parameters
        ----------
        original_num_examples
            How many examples the object has.
        """
        return cls(slice(0, 0), original_num_examples)

    def __add__(self, other: Subset) -> Subset:
        """Return the examples of both, each once: a stretch if they form one."""
        if self.original_num_examples != other.original_num_examples:
            raise ValueError(
                "subsets of different objects cannot be added: one has "
                f"{self.original_num_examples} examples, the other "
                f"{other.original_num_examples}"
            )
        total = self.original_num_examples
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        if not self.is_list and not other.is_list:
            first, second = sorted([self.bounds, other.bounds])
            if second[0] <= first[1]:
                return Subset(slice(first[0], max(first[1], second[1])), total)
        mine, others = self._as_array(), other._as_array()
        new = others[~np.isin(others, mine)]
        return Subset(np.concatenate([mine, new]), total)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Subset):
            return NotImplemented
        return self.original_num_examples == other.original_num_examples and (
            np.array_equal(self._as_array(), other._as_array())
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        described: Any = self._indices
        if isinstance(described, np.ndarray):
            described = described.tolist()
        return f"Subset({described}, {self.original_num_examples})"

    @property
    def is_list(self) -> bool:
        """Whether the examples are listed rather than a stretch."""
        return isinstance(self._indices, np.ndarray)

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and stop of a stretch.

        Raises
        ------
        ValueError
            If the examples are listed.
        """
        if isinstance(self._indices, np.ndarray):
            raise ValueError(f"{self!r} is a list and has no bounds")
        return self._indices.start, self._indices.stop

    @property
    def num_examples(self) -> int:
        """How many examples are in the subset."""
        if isinstance(self._indices, np.ndarray):
            return len(self._indices)
        return self._indices.stop - self._indices.start

    @property
    def is_empty(self) -> bool:
        """Whether there is no example in the subset."""
        return self.num_examples == 0

    def get_list_representation(self) -> list[int]:
        """Return the indices of the examples, as a list."""
        return self._as_array().tolist()

    def index_within_subset(
        self, indexable: Any, subset_request: Any, sort_indices: bool = False
    ) -> Any:
        """Return examples of the object, asked for by their place in the subset.

        Parameters
        ----------
        indexable
            The object: an array, a sequence or an HDF5 dataset.
        subset_request
            An index, or indices: a range, a slice, a sequence or an array.
        sort_indices
            Whether to read in increasing order, as HDF5 requires, and put the result
            back in the order asked for.

        Raises
        ------
        IndexError
            If the request is for examples that there are not.
        TypeError
            If the request is not for indices.
        """
        selection = self.locate(
            as_selection(subset_request, self.num_examples, "the subset")
        )
        if sort_indices and isinstance(selection, np.ndarray):
            return self.sorted_fancy_indexing(indexable, selection)
        return take_examples(indexable, selection)

    @staticmethod
    def sorted_fancy_indexing(indexable: Any, request: Any) -> Any:
        """Return the requested examples, read in increasing order, each once.

        Parameters
        ----------
        indexable
            An object that takes an increasing list of indices, such as an HDF5 dataset.
        request
            Indices in any order, shape ``(batch,)``.

        Examples
        --------
        >>> Subset.sorted_fancy_indexing(np.arange(5) * 10, [3, 1, 3])
        array([30, 10, 30])
        """
        ordered, places = np.unique(np.asarray(request), return_inverse=True)
        return np.asarray(indexable[ordered])[places]

    @staticmethod
    def slice_to_numerical_args(slice_: slice, num_examples: int) -> tuple[int, int]:
        """Return start and stop of a slice as numbers.

        Parameters
        ----------
        slice_
            The slice; None for its start is 0, None for its stop is `num_examples`.
        num_examples
            How many examples there are.

        Examples
        --------
        >>> Subset.slice_to_numerical_args(slice(3, None), 9)
        (3, 9)
        """
        start = 0 if slice_.start is None else slice_.start
        stop = num_examples if slice_.stop is None else slice_.stop
        return start, stop

    def locate(self, selection: Selection) -> Selection:
        """Return a checked request within the subset as one for the original object.

        Parameters
        ----------
        selection
            What `as_selection` returned for a request within the subset.

        Examples
        --------
        >>> Subset(slice(10, 20), 50).locate(slice(2, 4))
        slice(12, 14, None)
        """
        if isinstance(self._indices, np.ndarray):
            found = self._indices[selection]
            return int(found) if isinstance(selection, int) else found
        start = self._indices.start
        if isinstance(selection, slice):
            return slice(start + selection.start, start + selection.stop)
        return start + selection if start else selection

    def _as_array(self) -> np.ndarray:
        if isinstance(self._indices, np.ndarray):
            return self._indices
        return np.arange(self._indices.start, self._indices.stop, dtype=np.int64)


def _check_slice(slice_: slice, total: int) -> tuple[int, int]:
    start, stop = Subset.slice_to_numerical_args(slice_, total)
    if slice_.step not in (None, 1):
        raise ValueError(f"a slice for Subset must have a step of 1, got {slice_}")
    if not 0 <= start <= stop <= total:
        raise ValueError(
            f"a slice for Subset must lie within the {total} examples and not end "
            f"before it starts, got {slice_}"
        )
    return int(start), int(stop)


def _check_list(indices: Any, total: int) -> np.ndarray:
    array = np.asarray(indices)
    if array.ndim != 1 or (array.dtype.kind not in "iu" and len(array)):
        raise TypeError(
            "Subset needs a slice or a list of integers, got "
            f"{type(indices).__name__}: {indices!r}"
        )
    array = array.astype(np.int64)
    if len(array) and not (array.min() >= 0 and array.max() < total):
        raise ValueError(
            f"the indices of a Subset must be between 0 and {total - 1}, got "
            f"{array.min()} to {array.max()}"
        )
    if len(np.unique(array)) < len(array):
        raise ValueError("the indices of a Subset must differ, got duplicates")
    return array

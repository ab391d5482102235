"""Requests for examples by index, checked and served in one way everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

Selection = int | slice | np.ndarray

_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)


def as_selection(request: Any, num_examples: int, owner: str) -> Selection:
    """Return a request as an index, a slice with a step of 1, or an int64 array.

    Parameters
    ----------
    request
        An index, a `range`, a slice, or a sequence or array of indices,
        shape ``(batch,)``. Indices count from 0 and are not negative.
    num_examples
        How many examples there are.
    owner
        Who is asked, for the message.

    Raises
    ------
    TypeError
        If the request is none of these.
    IndexError
        If it is for examples that there are not.

    Examples
    --------
    >>> as_selection(range(2, 4), 5, "the dataset")
    slice(2, 4, None)
    >>> as_selection([3, 0], 5, "the dataset")
    array([3, 0])
    """
    if type(request) is range and request.step == 1:
        start, stop = request.start, request.stop
        if 0 <= start <= stop <= num_examples:
            return slice(start, stop)
    if type(request) is np.ndarray and _are_within(request, num_examples):
        return request
    return _as_unusual_selection(request, num_examples, owner)


def _are_within(request: np.ndarray, num_examples: int) -> bool:
    """Return whether an array is of int64 indices of examples that there are."""
    if request.dtype != _INT64 or request.ndim != 1 or not request.size:
        return False
    # Negative numbers are large ones without a sign: one comparison serves for both.
    return bool(np.maximum.reduce(request.view(_UINT64)) < num_examples)


def _as_unusual_selection(request: Any, num_examples: int, owner: str) -> Selection:
    """Do what `as_selection` does for any request, and say what is wrong with it."""
    if isinstance(request, slice):
        request = range(*_whole_bounds(request, num_examples))
    if isinstance(request, range):
        if len(request) and (request[0] < 0 or request[-1] < 0):
            raise _out_of_range(min(request[0], request[-1]), num_examples, owner)
        if len(request) and max(request[0], request[-1]) >= num_examples:
            raise _out_of_range(max(request[0], request[-1]), num_examples, owner)
        if request.step == 1:
            return slice(request.start, max(request.start, request.stop))
        return np.arange(request.start, request.stop, request.step, dtype=np.int64)
    if isinstance(request, (int, np.integer)) and not isinstance(request, bool):
        if not 0 <= request < num_examples:
            raise _out_of_range(request, num_examples, owner)
        return int(request)
    return _as_index_array(request, num_examples, owner)


def _as_index_array(request: Any, num_examples: int, owner: str) -> np.ndarray:
    if request is None or isinstance(request, str | bytes | bool | np.bool_):
        raise TypeError(
            f"{owner} needs a request for indices: an integer, a range, a slice or a "
            f"sequence of integers, got {request!r}; give the stream an iteration "
            "scheme such as SequentialScheme(num_examples, batch_size)"
        )
    indices = np.asarray(request)
    if indices.ndim != 1 or (indices.dtype.kind not in "iu" and len(indices)):
        raise TypeError(
            f"{owner} needs a request for indices: an integer, a range, a slice or a "
            f"sequence of integers, got {type(request).__name__} of shape "
            f"{indices.shape} and type {indices.dtype}"
        )
    indices = indices.astype(np.int64, copy=False)
    if len(indices):
        lowest, highest = indices.min(), indices.max()
        if lowest < 0 or highest >= num_examples:
            worst = lowest if lowest < 0 else highest
            raise _out_of_range(worst, num_examples, owner)
    return indices


def _whole_bounds(request: slice, num_examples: int) -> tuple[int, int, int]:
    start = 0 if request.start is None else request.start
    stop = num_examples if request.stop is None else request.stop
    return start, stop, 1 if request.step is None else request.step


def _out_of_range(index: Any, num_examples: int, owner: str) -> IndexError:
    return IndexError(
        f"{owner} has {num_examples} examples and got a request for example {index}; "
        "the iteration scheme was made for another number of examples"
    )


def take_examples(indexable: Any, selection: Selection) -> Any:
    """Return the selected examples.

    Parameters
    ----------
    indexable
        An array, shape ``(examples, ...)``, or a sequence.
    selection
        What `as_selection` returned.

    Returns
    -------
    object
        From an array: the example, a view of neighbouring examples, or a copy of
        others. From another sequence: the example, or a list of examples.

    Examples
    --------
    >>> take_examples(np.arange(5) * 10, np.array([3, 1]))
    array([30, 10])
    >>> take_examples("abcde", np.array([3, 1]))
    ['d', 'b']
    """
    if isinstance(selection, np.ndarray):
        if isinstance(indexable, np.ndarray):
            return indexable.take(selection, axis=0)
        return [indexable[index] for index in selection.tolist()]
    return indexable[selection]


def protect(value: Any) -> Any:
    """Return an array as a view that cannot be written to; other things as they are.

    What a dataset hands out may be a view of its data, and a batch edited in place
    must not change the data.

    Parameters
    ----------
    value
        Anything.

    Examples
    --------
    >>> protect(np.zeros(3)).flags.writeable
    False
    """
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value

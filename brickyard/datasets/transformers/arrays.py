"""Examples and batches whose examples may differ in shape.

A source of a batch is an array with the batch axis first. Where the examples differ in
shape it is *ragged*: a one-dimensional array of objects, one array per example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def as_array(data: Any) -> np.ndarray:
    """Return one source of an example or batch as an array.

    Parameters
    ----------
    data
        An array, a number, or a sequence of numbers or arrays.

    Returns
    -------
    numpy.ndarray
        `data` itself if it is an array; a ragged array for a sequence of arrays that
        differ in shape.

    Examples
    --------
    >>> as_array(range(3))
    array([0, 1, 2])
    >>> as_array([np.zeros(2), np.zeros(1)])
    array([array([0., 0.]), array([0.])], dtype=object)
    """
    if isinstance(data, np.ndarray):
        return data
    if isinstance(data, list | tuple):
        return stack(data)
    return np.asarray(data)


def is_ragged(array: np.ndarray) -> bool:
    """Return whether an array holds one array per example.

    Parameters
    ----------
    array
        A source of a batch.

    Examples
    --------
    >>> is_ragged(np.zeros((2, 3))), is_ragged(stack([np.zeros(2), np.zeros(1)]))
    (False, True)
    """
    return array.dtype.kind == "O"


def stack(examples: Sequence[Any]) -> np.ndarray:
    """Put examples of one source behind each other, along a new first axis.

    Parameters
    ----------
    examples
        Arrays, numbers or nested lists of numbers, one per example.

    Returns
    -------
    numpy.ndarray
        One array, of shape ``(batch, ...)``, if all examples have the same shape, a
        ragged array otherwise.

    Examples
    --------
    >>> stack([np.arange(2), np.arange(2)])
    array([[0, 1],
           [0, 1]])
    >>> stack([np.arange(2), np.arange(1)])
    array([array([0, 1]), array([0])], dtype=object)
    """
    arrays = [
        example if _is_plain(example) else as_array(example) for example in examples
    ]
    if len({np.shape(array) for array in arrays}) <= 1:
        return np.array(arrays)
    return ragged([np.asarray(array) for array in arrays])


def _is_plain(example: Any) -> bool:
    return isinstance(example, np.ndarray | np.generic | int | float | str | bytes)


def ragged(arrays: Sequence[Any]) -> np.ndarray:
    """Return a one-dimensional array that holds the given objects.

    Parameters
    ----------
    arrays
        One array per example, of any shapes, equal ones included.

    Examples
    --------
    >>> ragged([np.zeros(2), np.zeros(2)]).shape
    (2,)
    """
    result = np.empty(len(arrays), dtype=object)
    for index, array in enumerate(arrays):
        result[index] = array
    return result


def map_arrays(function: Callable[[np.ndarray], np.ndarray], data: Any) -> np.ndarray:
    """Apply an elementwise function to a source, or to each example of a ragged one.

    Parameters
    ----------
    function
        What to do with an array of numbers.
    data
        A source of an example or batch.

    Examples
    --------
    >>> map_arrays(np.negative, [[1, 2], [3]])
    array([array([-1, -2]), array([-3])], dtype=object)
    """
    array = as_array(data)
    if is_ragged(array):
        return ragged([map_arrays(function, example) for example in array])
    return function(array)


def concatenate(pieces: Sequence[Any]) -> Any:
    """Join pieces of batches of one source along the batch axis.

    Parameters
    ----------
    pieces
        Parts of batches, at least one.

    Returns
    -------
    numpy.ndarray
        The piece itself if it is the only one. Pieces of which some are ragged, or
        whose examples differ in shape, become a ragged array.

    Examples
    --------
    >>> concatenate([np.zeros((1, 2)), np.zeros((2, 3))]).shape
    (3,)
    """
    if len(pieces) == 1:
        return pieces[0]
    arrays = [as_array(piece) for piece in pieces]
    kinds = {(is_ragged(array), array.shape[1:]) for array in arrays}
    if len(kinds) == 1:
        return np.concatenate(arrays)
    return stack([example for array in arrays for example in array])

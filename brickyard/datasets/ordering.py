"""Orders of examples: checked indices, shuffled by seed and epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brickyard.datasets.request_iterators import Order

DEFAULT_SEED = 1

Examples = int | Sequence[int] | np.ndarray


def shuffled(indices: Order, seed: int, epoch: int) -> np.ndarray:
    """Return the indices in the order of an epoch.

    Parameters
    ----------
    indices
        The indices, shape ``(examples,)``.
    seed
        Non-negative integer.
    epoch
        The number of the epoch, from 0.

    Returns
    -------
    numpy.ndarray
        A permutation of `indices`, int64, shape ``(examples,)``.

    Examples
    --------
    >>> sorted(shuffled(range(4), seed=1, epoch=0).tolist())
    [0, 1, 2, 3]
    """
    order = _as_array(indices)
    if order is indices:
        order = order.copy()
    np.random.default_rng([seed, epoch]).shuffle(order)
    return order


def as_seed(seed: int | None, owner: str) -> int:
    """Return the seed to use, or raise unless it is a non-negative integer.

    Parameters
    ----------
    seed
        What the user gave; None for the default.
    owner
        Whose seed it is, for the message.

    Examples
    --------
    >>> as_seed(None, "ShuffledScheme")
    1
    """
    return DEFAULT_SEED if seed is None else whole_number(seed, "seed", owner)


def as_indices(examples: Examples, owner: str) -> Order:
    """Return indices as a range where they are neighbours, else as an int64 array.

    Parameters
    ----------
    examples
        A number of examples, or their indices.
    owner
        Whose examples they are, for the message.

    Examples
    --------
    >>> as_indices(4, "the scheme")
    range(0, 4)
    >>> as_indices([2, 0], "the scheme")
    array([2, 0])
    """
    if isinstance(examples, int | np.integer):
        return range(whole_number(examples, "examples", owner))
    if isinstance(examples, range) and examples.step == 1:
        indices: Order = examples
    else:
        indices = _index_array(examples, owner)
        first = int(indices[0]) if len(indices) else 0
        neighbours = range(first, first + len(indices))
        if np.array_equal(indices, _as_array(neighbours)):
            indices = neighbours
    if len(indices):
        lowest = indices[0] if isinstance(indices, range) else indices.min()
        if lowest < 0:
            raise ValueError(
                f"examples of {owner} must not be negative, got index {lowest}"
            )
    return indices


def _as_array(order: Order) -> np.ndarray:
    if isinstance(order, range):
        return np.arange(order.start, order.stop, order.step, dtype=np.int64)
    return order


def _index_array(examples: Any, owner: str) -> np.ndarray:
    rule = f"examples of {owner} must be an integer or a sequence of integers"
    if isinstance(examples, str | bytes) or not hasattr(examples, "__len__"):
        raise TypeError(f"{rule}, got {examples!r} ({type(examples).__name__})")
    array = np.asarray(examples)
    if array.ndim != 1:
        raise TypeError(f"{rule}, got something of shape {array.shape}")
    if len(array) and array.dtype.kind not in "iu":
        raise TypeError(f"{rule}, got values of type {array.dtype}")
    return array.astype(np.int64)


def whole_number(value: Any, name: str, owner: str) -> int:
    """Return `value` as an int, or raise unless it is one of at least 0.

    Parameters
    ----------
    value
        What the user gave.
    name
        The name of the argument, for the message.
    owner
        Whose argument it is, for the message.

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If it is negative.

    Examples
    --------
    >>> whole_number(3, "times", "ConstantScheme")
    3
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} of {owner} must be an integer, got {value!r}")
    if value < 0:
        raise ValueError(f"{name} of {owner} must not be negative, got {value}")
    return int(value)


def positive_number(value: Any, name: str, owner: str) -> int:
    """Return `value` as an int, or raise unless it is one of at least 1.

    Parameters
    ----------
    value
        What the user gave.
    name
        The name of the argument, for the message.
    owner
        Whose argument it is, for the message.

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If it is below 1.

    Examples
    --------
    >>> positive_number(3, "batch_size", "ConstantScheme")
    3
    """
    if whole_number(value, name, owner) == 0:
        raise ValueError(f"{name} of {owner} must be at least 1, got 0")
    return int(value)

"""Dividing a vocabulary into classes by how often its words occur."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def equal_size_classes(
    counts: Sequence[float] | np.ndarray, num_classes: int | None = None
) -> np.ndarray:
    """Divide words into classes of as many words each, the frequent words first.

    The cheapest classes to compute: no class is larger than another by more than one
    word.

    Parameters
    ----------
    counts
        How often each word occurs, non-negative and finite, ``(words,)``.
    num_classes
        The number of classes, from 1 to the number of words. By default the square
        root of the number of words, rounded up.

    Returns
    -------
    ndarray
        The class of each word, int64, ``(words,)``. Class 0 has the most frequent
        words. Of two words that occur equally often the one with the smaller index
        comes first.

    Raises
    ------
    TypeError
        If the counts are not numbers or `num_classes` is not an integer.
    ValueError
        If a count is negative or not finite, or `num_classes` is out of range.

    Examples
    --------
    >>> equal_size_classes([1, 9, 5, 3], num_classes=2).tolist()
    [1, 0, 0, 1]
    """
    values, number = _checked("equal_size_classes", counts, num_classes)
    classes = np.empty(len(values), "int64")
    ranks = np.arange(len(values), dtype="int64")
    classes[_by_frequency(values)] = ranks * number // len(values)
    return classes


def balanced_classes(
    counts: Sequence[float] | np.ndarray, num_classes: int | None = None
) -> np.ndarray:
    r"""Divide words into classes that occur about equally often.

    Words are taken from the most frequent one on. A word whose occurrences are in the
    middle of the share :math:`[k / C, (k + 1) / C)` of all occurrences belongs to bin
    :math:`k`; bins without a word are left out.

    Frequent words come to be alone in their class, and rare ones together in a large
    one. What a `ClassFactoredSoftmax` computes and stores grows with the largest
    class: prefer `equal_size_classes` for large vocabularies.

    Parameters
    ----------
    counts
        How often each word occurs, non-negative and finite, at least one of them
        positive, ``(words,)``.
    num_classes
        The largest number of classes, from 1 to the number of words. By default the
        square root of the number of words, rounded up.

    Returns
    -------
    ndarray
        The class of each word, int64, ``(words,)``, numbered from 0 without a gap.

    Raises
    ------
    TypeError
        If the counts are not numbers or `num_classes` is not an integer.
    ValueError
        If a count is negative or not finite, all are 0, or `num_classes` is out of
        range.

    References
    ----------
    T. Mikolov, S. Kombrink, L. Burget, J. Cernocky and S. Khudanpur (2011),
    *Extensions of recurrent neural network language model*, ICASSP, section 3.

    Examples
    --------
    >>> balanced_classes([1, 8, 4, 3], num_classes=2).tolist()
    [1, 0, 1, 1]
    """
    values, number = _checked("balanced_classes", counts, num_classes)
    total = values.sum()
    if total == 0:
        raise ValueError(
            "balanced_classes needs a word that occurs, got counts that are all 0; "
            "use equal_size_classes"
        )
    order = _by_frequency(values)
    middles = np.cumsum(values[order]) - values[order] / 2
    bins = np.minimum((middles / total * number).astype("int64"), number - 1)
    classes = np.empty(len(values), "int64")
    classes[order] = np.unique(bins, return_inverse=True)[1]
    return classes


def _by_frequency(counts: np.ndarray) -> np.ndarray:
    return np.argsort(-counts, kind="stable")


def _checked(
    who: str, counts: Sequence[float] | np.ndarray, num_classes: int | None
) -> tuple[np.ndarray, int]:
    array = np.asarray(counts)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{who} needs numbers as counts, got {array.dtype}")
    values = array.astype("float64")
    if values.ndim != 1 or not len(values):
        raise ValueError(
            f"{who} needs one count for each word, got an array of shape {values.shape}"
        )
    if not np.isfinite(values).all() or (values < 0).any():
        worst = int(np.argmin(np.where(np.isfinite(values), values, -np.inf)))
        raise ValueError(
            f"{who} needs finite counts of at least 0, got {array[worst]} for word "
            f"{worst}"
        )
    if num_classes is None:
        return values, math.isqrt(len(values) - 1) + 1
    if isinstance(num_classes, bool) or not isinstance(num_classes, int):
        raise TypeError(f"{who}: num_classes must be an integer, got {num_classes!r}")
    if not 1 <= num_classes <= len(values):
        raise ValueError(
            f"{who}: num_classes must be from 1 to the number of words, "
            f"{len(values)}, got {num_classes}"
        )
    return values, num_classes

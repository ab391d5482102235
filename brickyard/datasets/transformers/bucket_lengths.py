"""The few lengths that sequences are padded to."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from brickyard.datasets.ordering import positive_number


class BucketLengths:
    """Buckets of sequences, each with the length that its sequences are padded to.

    Parameters
    ----------
    lengths
        The length of each bucket, increasing; None for 1, 2, 3, 4, 6, 8, 12, 16, 24 and
        so on, the powers of two and what is half-way between them.
    owner
        The class of the transformer, for messages.

    Attributes
    ----------
    lengths : numpy.ndarray
        The lengths, int64, shape ``(buckets,)``.

    Raises
    ------
    TypeError
        If a length is not an integer.
    ValueError
        If there are none, one is below 1, or they do not increase.

    Examples
    --------
    >>> buckets = BucketLengths([10, 20, 50], "BucketBatch")
    >>> buckets.bucket_of(np.array([3, 10, 11]), "x")
    array([0, 0, 1])
    >>> buckets.length_for(11, "x"), BucketLengths(None, "").length_for(70, "x")
    (20, 96)
    """

    def __init__(self, lengths: Iterable[int] | None, owner: str) -> None:
        self.owner = owner
        if lengths is None:
            powers = 2 ** np.arange(62)
            between = powers[2:] // 4 * 3
            self.lengths = np.sort(np.concatenate([powers, between]))
            return
        if isinstance(lengths, str) or not isinstance(lengths, Iterable):
            raise TypeError(
                f"{owner}: lengths must be a sequence of integers, got {lengths!r}"
            )
        numbers = [positive_number(each, "a length", owner) for each in lengths]
        if not numbers or any(np.diff(numbers) <= 0):
            raise ValueError(
                f"{owner}: lengths must be one or more numbers that increase, got "
                f"{numbers}"
            )
        self.lengths = np.array(numbers, np.int64)

    def bucket_of(self, lengths: np.ndarray, source: str) -> np.ndarray:
        """Return the number of the bucket that each sequence falls into.

        Parameters
        ----------
        lengths
            How long the sequences are, shape ``(batch,)``.
        source
            Where they are from, for the message.

        Raises
        ------
        ValueError
            If one is too long for all buckets.
        """
        buckets = np.searchsorted(self.lengths, lengths)
        if buckets.max(initial=0) == len(self.lengths):
            raise ValueError(
                f"{self.owner}: a sequence of source {source!r} has {max(lengths)} "
                f"steps, and the largest of lengths is {self.lengths[-1]}; add a "
                "larger one, or leave such sequences out with a Filter"
            )
        return buckets

    def length_for(self, longest: int, source: str) -> int:
        """Return the length to pad sequences to.

        Parameters
        ----------
        longest
            The length of the longest of them.
        source
            Where they are from, for the message.
        """
        return int(self.lengths[self.bucket_of(np.array([longest]), source)[0]])

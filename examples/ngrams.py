"""Interpolated Kneser-Ney n-grams: the models that the examples must beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Level:
    """What n-grams of one length contribute.

    All arrays but `grams` and `counts`, which have one entry per n-gram, have one entry
    per context; n-grams and contexts are numbers in base "vocabulary size", sorted.
    """

    grams: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    followers: np.ndarray
    discount: float

    @classmethod
    def of(cls, grams: np.ndarray, counts: np.ndarray, base: int) -> Level:
        """Gather the contexts of n-grams and estimate their discount."""
        contexts, firsts, followers = np.unique(
            grams // base, return_index=True, return_counts=True
        )
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        discount = once / (once + 2 * twice) if once and twice else 0.5
        totals = np.add.reduceat(counts, firsts)
        return cls(grams, counts, contexts, totals, followers, discount)

    def interpolate(self, grams: np.ndarray, base: int, lower: np.ndarray):
        """Return the probabilities of n-grams, given those of their shorter parts."""
        counts = _look_up(self.grams, self.counts, grams)
        contexts = grams // base
        totals = _look_up(self.contexts, self.totals, contexts)
        followers = _look_up(self.contexts, self.followers, contexts)
        known = np.maximum(totals, 1)
        kept = np.maximum(counts - self.discount, 0) / known
        spared = np.where(totals > 0, self.discount * followers / known, 1.0)
        return kept + spared * lower


class KneserNey:
    r"""An n-gram model with interpolated Kneser-Ney smoothing.

    .. math:: P(w \mid h) = \frac{\max(c(hw) - D, 0)}{c(h)}
              + \frac{D N(h)}{c(h)} P(w \mid h')

    where :math:`h'` is the context without its first token and :math:`N(h)` the number
    of different tokens seen after it. Shorter n-grams are counted by the number of
    different tokens they were seen after; the last resort is one over the vocabulary.

    Parameters
    ----------
    sequences
        Arrays of token numbers; a context never reaches across two of them.
    vocabulary_size
        The tokens are 0, 1, ..., ``vocabulary_size - 1``.
    order
        The length of the longest n-grams, the predicted token included.

    References
    ----------
    S. F. Chen and J. Goodman (1998), An Empirical Study of Smoothing Techniques for
    Language Modeling, section 2.7.

    Examples
    --------
    >>> model = KneserNey([[0, 1, 0, 1, 0, 2]], vocabulary_size=3, order=2)
    >>> model.log_probabilities([0, 1, 0]).shape
    (3,)
    """

    def __init__(
        self, sequences: Iterable, vocabulary_size: int, order: int = 3
    ) -> None:
        if order * np.log2(vocabulary_size + 1) > 63:
            raise ValueError(
                f"{order}-grams of {vocabulary_size} tokens do not fit in 64 bits; "
                "choose a shorter order or a smaller vocabulary"
            )
        self.order = order
        self.vocabulary_size = vocabulary_size
        self._base = vocabulary_size + 1  # one more for "before the beginning"
        grams, counts = np.unique(
            np.concatenate([self._grams(sequence) for sequence in sequences]),
            return_counts=True,
        )
        self._levels = [Level.of(grams, counts, self._base)]
        for length in range(order - 1, 0, -1):
            grams, counts = np.unique(grams % self._base**length, return_counts=True)
            self._levels.insert(0, Level.of(grams, counts, self._base))

    def log_probabilities(self, sequence) -> np.ndarray:
        """Return the natural logarithm of each token's probability.

        Parameters
        ----------
        sequence
            Token numbers, of shape ``(time,)``.
        """
        grams = self._grams(sequence)
        probabilities = np.full(len(grams), 1 / self.vocabulary_size)
        for length, level in enumerate(self._levels, start=1):
            shorter = grams % self._base**length
            probabilities = level.interpolate(shorter, self._base, probabilities)
        return np.log(probabilities)

    def cost(self, sequences: Iterable) -> float:
        """Return the mean negative log-probability of a token, in nats."""
        logs = [self.log_probabilities(sequence) for sequence in sequences]
        return -float(np.concatenate(logs).mean())

    def _grams(self, sequence) -> np.ndarray:
        tokens = np.asarray(sequence, dtype="int64")
        padded = np.concatenate([np.full(self.order - 1, self.vocabulary_size), tokens])
        grams = np.zeros(len(tokens), dtype="int64")
        for offset in range(self.order):
            grams = grams * self._base + padded[offset : offset + len(tokens)]
        return grams


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)

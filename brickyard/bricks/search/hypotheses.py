"""The hypotheses of a beam search: what was said, at what cost, and what ended."""

from __future__ import annotations

import numpy as np


class Hypotheses:
    """The best unfinished and the best finished hypotheses of each example.

    The score of a hypothesis of :math:`n` symbols with log-probability :math:`l` is
    :math:`l / n^a`. Unfinished ones, which are of one length, are ordered by it, and so
    are the finished ones, which are kept apart: they take no place from those that go
    on.

    Parameters
    ----------
    num_examples
        The number of examples.
    beam_size
        How many unfinished, and how many finished hypotheses each example keeps.
    max_length
        The largest number of symbols.
    length_normalization
        The exponent :math:`a`, at least 0.
    """

    def __init__(
        self,
        num_examples: int,
        beam_size: int,
        max_length: int,
        length_normalization: float,
    ) -> None:
        self.beam_size = beam_size
        self.max_length = max_length
        self.length_normalization = length_normalization
        self.length = 0
        shape = (num_examples, beam_size)
        # In the beginning there is one hypothesis, the empty one.
        self.totals = np.full(shape, -np.inf)
        self.totals[:, 0] = 0
        self.symbols = np.zeros((*shape, max_length), "int64")
        self.costs = np.zeros((*shape, max_length))
        self.ended_scores = np.full(shape, -np.inf)
        self.ended_lengths = np.zeros(shape, "int64")
        self.ended_symbols = np.zeros_like(self.symbols)
        self.ended_costs = np.zeros_like(self.costs)

    def extend(
        self, log_probabilities: np.ndarray, end: int | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Extend all unfinished hypotheses by one symbol and keep the best.

        Parameters
        ----------
        log_probabilities
            Of each symbol after each unfinished hypothesis,
            ``(examples, beam_size, symbols)``.
        end
            The symbol that finishes a hypothesis; None if none does now.

        Returns
        -------
        ndarray
            For each unfinished hypothesis the number of the one it extends, int64,
            ``(examples, beam_size)``.
        ndarray
            The symbol it was extended by, int64, ``(examples, beam_size)``.
        """
        examples, _, num_symbols = log_probabilities.shape
        totals = self.totals[:, :, None] + log_probabilities
        # Each hypothesis can end in one way only: of twice as many candidates enough
        # go on.
        best = _largest(totals.reshape(examples, -1), 2 * self.beam_size)
        parents, symbols = np.divmod(best, num_symbols)
        rows = np.arange(examples)[:, None]
        candidates = totals[rows, parents, symbols]
        step_costs = -log_probabilities[rows, parents, symbols]
        ends = np.zeros(symbols.shape, bool) if end is None else symbols == end
        self.length += 1
        self._keep_ended(
            np.where(ends, candidates, -np.inf), parents, symbols, step_costs
        )
        going_on = np.where(ends, -np.inf, candidates)
        chosen = _largest(going_on, self.beam_size)
        parents, symbols = parents[rows, chosen], symbols[rows, chosen]
        self.totals = going_on[rows, chosen]
        self.symbols = self._extended(self.symbols, parents, symbols)
        self.costs = self._extended(self.costs, parents, step_costs[rows, chosen])
        return parents, symbols

    def _keep_ended(
        self,
        totals: np.ndarray,
        parents: np.ndarray,
        symbols: np.ndarray,
        step_costs: np.ndarray,
    ) -> None:
        if np.isneginf(totals).all():
            return
        scores = np.concatenate(
            [self.ended_scores, totals / self.length**self.length_normalization], axis=1
        )
        rows = np.arange(len(scores))[:, None]
        best = _largest(scores, self.beam_size)

        def pool(kept: np.ndarray, new: np.ndarray) -> np.ndarray:
            return np.concatenate([kept, new], axis=1)[rows, best]

        self.ended_scores = scores[rows, best]
        lengths = np.full(totals.shape, self.length)
        self.ended_lengths = pool(self.ended_lengths, lengths)
        self.ended_symbols = pool(
            self.ended_symbols, self._extended(self.symbols, parents, symbols)
        )
        self.ended_costs = pool(
            self.ended_costs, self._extended(self.costs, parents, step_costs)
        )

    def _extended(
        self, history: np.ndarray, parents: np.ndarray, last: np.ndarray
    ) -> np.ndarray:
        extended = history[np.arange(len(history))[:, None], parents]
        extended[:, :, self.length - 1] = last
        return extended

    def is_decided(self) -> bool:
        """Tell whether no unfinished hypothesis can become one of the best any more.

        Log-probabilities only fall: the best that can happen to a hypothesis is to end
        at the largest length without falling further.
        """
        if self.length >= self.max_length:
            return True
        hope = self.totals.max(axis=1) / self.max_length**self.length_normalization
        return bool((hope <= self.ended_scores.min(axis=1)).all())

    def best(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the best hypotheses, those that came to no end included.

        Returns
        -------
        ndarray
            Symbols, int64, ``(examples, beam_size, max_length)``, best first.
        ndarray
            What each symbol costs, of the same shape.
        ndarray
            The number of symbols of each, int64, ``(examples, beam_size)``; 0 where
            there are no more hypotheses.
        """
        cut = self.totals
        if self.length < self.max_length:
            cut = np.full(self.totals.shape, -np.inf)
        scores = np.concatenate(
            [self.ended_scores, cut / max(self.length, 1) ** self.length_normalization],
            axis=1,
        )
        lengths = np.concatenate(
            [self.ended_lengths, np.full(cut.shape, self.length)], axis=1
        )
        lengths[np.isneginf(scores)] = 0
        rows = np.arange(len(scores))[:, None]
        best = _largest(scores, self.beam_size)
        symbols = np.concatenate([self.ended_symbols, self.symbols], axis=1)
        costs = np.concatenate([self.ended_costs, self.costs], axis=1)
        return symbols[rows, best], costs[rows, best], lengths[rows, best]


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the largest values of each row, the largest first.

    Of equal values the first come first; ``(rows, count)``, or all if there are fewer.
    """
    count = min(count, values.shape[1])
    if values.shape[1] > 16 * count:
        # Only what reaches the smallest of the largest needs sorting.
        limits = -np.partition(-values, count - 1, axis=1)[:, count - 1]
        values = np.where(values >= limits[:, None], values, -np.inf)
        return np.stack([_largest_of_few(row, count) for row in values])
    return np.argsort(-values, axis=1, kind="stable")[:, :count]


def _largest_of_few(row: np.ndarray, count: int) -> np.ndarray:
    found = np.flatnonzero(row > -np.inf)
    order = found[np.argsort(-row[found], kind="stable")][:count]
    if len(order) < count:
        rest = np.flatnonzero(np.isneginf(row))[: count - len(order)]
        order = np.concatenate([order, rest])
    return order

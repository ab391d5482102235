from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def kneser_ney():
    from ngrams import KneserNey

    return KneserNey


def bigram_by_hand(text, size, previous, token):
    """The formula of interpolated Kneser-Ney bigrams, in plain Python."""
    padded = [size, *text]
    bigrams = Counter(zip(padded, text, strict=False))
    kinds = Counter(second for _, second in bigrams)

    def discount(counts):
        ones = sum(count == 1 for count in counts.values())
        twos = sum(count == 2 for count in counts.values())
        return ones / (ones + 2 * twos) if ones and twos else 0.5

    lower, upper = discount(kinds), discount(bigrams)
    total = sum(kinds.values())
    unigram = max(kinds[token] - lower, 0) / total + lower * len(kinds) / total / size
    after = {pair: count for pair, count in bigrams.items() if pair[0] == previous}
    if not after:
        return unigram
    seen = sum(after.values())
    kept = max(bigrams[previous, token] - upper, 0) / seen
    return kept + upper * len(after) / seen * unigram


TEXT = [0, 1, 0, 1, 2, 0, 1, 3, 3, 0, 2]


def test_bigrams_agree_with_the_formula(kneser_ney):
    model = kneser_ney([TEXT], vocabulary_size=5, order=2)
    wanted = [0, 1, 4, 0, 3, 2]
    pairs = zip([5, *wanted], wanted, strict=False)
    expected = [bigram_by_hand(TEXT, 5, *pair) for pair in pairs]
    np.testing.assert_allclose(
        np.exp(model.log_probabilities(wanted)), expected, rtol=1e-12
    )


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=20), min_size=1),
    st.lists(st.integers(0, 4), max_size=4),
    st.integers(1, 4),
)
def test_probabilities_of_the_next_token_sum_to_one(sequences, context, order):
    from ngrams import KneserNey

    model = KneserNey(sequences, vocabulary_size=5, order=order)
    each = [model.log_probabilities([*context, token])[-1] for token in range(5)]
    assert np.exp(each).sum() == pytest.approx(1, abs=1e-12)


def test_no_context_reaches_across_two_sequences(kneser_ney):
    apart = kneser_ney([[0, 1], [0, 1], [1, 0]], vocabulary_size=2, order=3)
    again = kneser_ney([[1, 0], [0, 1], [0, 1]], vocabulary_size=2, order=3)
    assert apart.cost([[0, 1], [1]]) == again.cost([[0, 1], [1]])


def test_longer_contexts_help_where_there_is_something_to_learn(kneser_ney):
    text = np.tile([0, 0, 1, 1], 100)
    costs = [kneser_ney([text], 2, order).cost([text[:40]]) for order in (1, 2, 3)]
    assert costs[0] == pytest.approx(np.log(2), abs=0.01)
    assert costs[2] < 0.1 < costs[1]


def test_n_grams_that_do_not_fit_are_refused(kneser_ney):
    with pytest.raises(ValueError, match="5-grams of 10000 tokens do not fit"):
        kneser_ney([[0]], vocabulary_size=10_000, order=5)

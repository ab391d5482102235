from __future__ import annotations

import numpy as np
import pytest


def test_words_are_reversed_in_their_places():
    from reverse_words import reverse

    assert reverse("to be or") == "ot eb ro"


def test_letters_become_numbers_and_back():
    from reverse_words import END, letters_of, numbers

    assert numbers("a z").tolist() == [2, 1, 27, END]
    assert letters_of([2, 1, 27, END, 5]) == "a z"


def test_words_of_training_are_not_tried():
    from reverse_words import phrases_of

    letters = "abcdefghij"
    phrases = phrases_of(
        " ".join(a + b + c for a in letters for b in letters for c in letters)
    )
    words = {part: set(" ".join(found).split()) for part, found in phrases.items()}
    assert not words["train"] & words["test"]
    assert not words["train"] & words["valid"]
    assert (
        phrases["test"]
        == phrases_of(" ".join(sorted(set.union(*words.values()))))["test"]
    )


def test_right_words_are_counted_place_by_place():
    from reverse_words import share_of_right_words

    share = share_of_right_words(["to be", "or not"], ["ot eb", "on ton"])
    assert share == pytest.approx(3 / 4)


def test_it_trains_writes_and_draws(tmp_path, monkeypatch):
    import reverse_words
    from reverse_words import Reverser, build, draw_attention, search

    from brickyard.bricks.initialization import Constant, IsotropicGaussian

    monkeypatch.setattr(reverse_words, "LENGTHS", [12])
    reverser = Reverser(
        8, weights_init=IsotropicGaussian(0.1), biases_init=Constant(0), seed=1
    )
    reverser.initialize()
    phrases = {part: ["to be", "or not", "that is"] * 64 for part in ("train", "valid")}
    main_loop, _ = build(reverser, phrases, tmp_path / "words.ckpt", 2)
    main_loop.run()
    costs = [main_loop.log[time]["valid_nats_per_letter"] for time in (0, 3, 6)]
    assert costs[2] < costs[1] < costs[0]
    written = search(reverser, ["to be", "or"], beam_size=2)
    assert len(written) == 2
    draw_attention(reverser, "to be", tmp_path / "weights.png")
    assert (tmp_path / "weights.png").stat().st_size > 1000


def test_phrases_are_padded_to_one_length():
    from reverse_words import LENGTHS, padded

    codes, mask = padded(["to", "be or"])
    assert codes.shape == mask.shape == (LENGTHS[-1], 2)
    assert mask.sum(axis=0).tolist() == [3, 6]
    assert not codes[np.where(mask == 0)].any()

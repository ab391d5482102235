from __future__ import annotations

import numpy as np
import pytest

TEXT = "the quick brown fox jumps over the lazy dog, again and again.\n" * 80


@pytest.fixture
def codes():
    from author import alphabet_of, numbers, split

    parts = split(TEXT)
    alphabet = alphabet_of(parts[0])
    return [numbers(part, alphabet) for part in parts], alphabet


def test_docstrings_are_a_text():
    from author import DOCSTRING_CHARACTERS, docstrings

    text = docstrings()
    assert len(text) == DOCSTRING_CHARACTERS
    assert "the" in text.split()


def test_characters_become_numbers_and_rare_ones_zero():
    from author import UNKNOWN, alphabet_of, numbers

    alphabet = alphabet_of("banana")
    assert alphabet == [UNKNOWN, "a", "n", "b"]
    assert numbers("nabx", alphabet).tolist() == [2, 1, 3, 0]


def test_a_text_is_split_by_position():
    from author import split

    parts = split("".join(map(chr, range(1000))))
    assert "".join(parts) == "".join(map(chr, range(1000)))
    assert list(map(len, parts)) == [900, 50, 50]


def test_a_text_that_is_too_short_is_refused():
    from author import sequences

    with pytest.raises(
        SystemExit, match="99 characters, fewer than one sequence of 100"
    ):
        sequences(np.zeros(99, "int64"))


def test_it_learns_and_writes(codes, tmp_path, capsys):
    from author import build

    parts, alphabet = codes
    main_loop = build(parts, alphabet, tmp_path, 2, 8, 1)
    main_loop.run()
    costs = [row["valid_nats_per_character"] for row in rows(main_loop)]
    assert costs[2] < costs[1] < costs[0]
    texts = capsys.readouterr().out.split("---")
    written = [text for text in texts if len(text) > 900]
    assert len(written) == 2
    assert set(written[0].strip("\n")) <= set(alphabet)
    assert (tmp_path / "author.ckpt").exists()


def rows(main_loop):
    ends = [0, *main_loop.status["_epoch_ends"]]
    return [main_loop.log[end] for end in ends]

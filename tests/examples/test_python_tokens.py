from __future__ import annotations

import numpy as np
import pytest

SOURCE = '''"""Say hello."""
import sys  # for the arguments


def hello(name, times=2):
    return f"hello {name!r:>{times}}" * times
'''


@pytest.fixture
def library(tmp_path):
    """Twenty packages of one file each, and things that do not belong to them."""
    for number in range(20):
        folder = tmp_path / f"package{number}"
        folder.mkdir()
        (folder / "hello.py").write_text(SOURCE + f"\n\nname{number} = {number}\n")
    for left_out in ("test", "site-packages"):
        (tmp_path / left_out).mkdir()
        (tmp_path / left_out / "never.py").write_text("never = 1\n")
    return tmp_path


def test_tokens_lose_comments_and_the_text_of_strings(tmp_path):
    from python_tokens import tokens_of

    path = tmp_path / "hello.py"
    path.write_text(SOURCE)
    assert " ".join(tokens_of(path)) == (
        "<STRING> <NEWLINE> import sys <NEWLINE> def hello ( name , times = <NUMBER> )"
        " : <NEWLINE> <INDENT> return <STRING> * times <NEWLINE> <DEDENT> <END>"
    )


def test_a_file_is_read_up_to_where_it_is_broken(tmp_path):
    from python_tokens import tokens_of

    path = tmp_path / "broken.py"
    path.write_text("a = (1,\n")
    tokens = list(tokens_of(path))
    assert tokens[:2] == ["a", "="]
    assert tokens[-1] == "<END>"


def test_packages_are_never_divided(library):
    from python_tokens import part_of, read_corpus

    corpus = read_corpus(1000, library)
    for part in ("train", "valid", "test"):
        names = {
            corpus.vocabulary[token].removeprefix("name")
            for token in np.concatenate(getattr(corpus, part))
            if corpus.vocabulary[token].removeprefix("name").isdigit()
        }
        of_part = {
            str(number) for number in range(20) if part_of(f"package{number}") == part
        }
        # The vocabulary is the training part's: the others' names are unknown.
        assert names == (of_part if part == "train" else set())
        assert len(getattr(corpus, part)) == len(of_part)
    assert "never" not in corpus.vocabulary


def test_rare_tokens_are_unknown(library):
    from python_tokens import read_corpus

    whole, short = read_corpus(1000, library), read_corpus(10, library)
    assert short.vocabulary == whole.vocabulary[:10]
    assert len(short.counts) == 10
    assert whole.unknown_rate("train") == 0
    assert 0 < whole.unknown_rate("test") < short.unknown_rate("test")
    everything = sum(len(text) for text in short.train)
    assert short.counts.sum() == everything


def test_too_few_packages_are_refused(tmp_path):
    from python_tokens import read_corpus

    (tmp_path / "alone.py").write_text("a = 1\n")
    with pytest.raises(ValueError, match="too few packages: none falls to "):
        read_corpus(10, tmp_path)


def test_tokens_have_the_same_numbers_every_time(library):
    from python_tokens import read_corpus

    first, second = read_corpus(50, library), read_corpus(50, library)
    assert first.vocabulary == second.vocabulary
    np.testing.assert_array_equal(first.train[0], second.train[0])

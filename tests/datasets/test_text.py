import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from brickyard.datasets import DataStream, SequentialScheme, TextFile
from brickyard.datasets.schemes import ConstantScheme
from brickyard.datasets.transformers import Batch, Padding
from brickyard.testing.streams import check_stream

DATA = Path(
    os.environ.get("BRICKYARD_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")
)
SHAKESPEARE = DATA / "text" / "tinyshakespeare.txt"
WORDS = {"<S>": 0, "</S>": 1, "<UNK>": 2, "a": 3, "rose": 4, "is": 5}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "one").write_text("a rose is\n\n  a\t flower \n", encoding="utf-8")
    (tmp_path / "two").write_text("Is it", encoding="utf-8")
    return [tmp_path / "one", tmp_path / "two"]


def read(dataset):
    stream = DataStream(dataset)
    return [features.tolist() for (features,) in stream.get_epoch_iterator()]


def test_words(files):
    dataset = TextFile(files, WORDS)
    assert dataset.sources == ("features",)
    assert np.isnan(dataset.num_examples)
    assert dataset.example_iteration_scheme is None
    assert read(dataset) == [[0, 3, 4, 5, 1], [0, 1], [0, 3, 2, 1], [0, 2, 2, 1]]


def test_examples_are_integer_arrays_even_if_empty(files):
    dataset = TextFile(files, WORDS, None, None)
    stream = DataStream(dataset)
    examples = [features for (features,) in stream.get_epoch_iterator()]
    assert [example.dtype for example in examples] == [np.int64] * 4
    assert examples[1].shape == (0,)


def test_characters(files):
    dictionary = {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz ")}
    dataset = TextFile(
        files, dictionary, None, None, None, "character", str.lower, "utf-8"
    )
    text = ["".join(map("abcdefghijklmnopqrstuvwxyz ".__getitem__, n)) for n in
            read(TextFile(files[1:], dictionary, None, None, None, "character",
                          str.lower))]  # fmt: skip
    assert text == ["is it"]
    with pytest.raises(ValueError, match=r"one', line 3: .* the character '\\t' in"):
        read(dataset)


def test_each_token_alone(files):
    assert read(TextFile(files[1:], WORDS, bos_token=None)) == [[2, 2, 1]]
    assert read(TextFile(files[1:], WORDS, eos_token=None)) == [[0, 2, 2]]


def test_preprocess_sees_lines_without_their_ends(files):
    seen = []

    def preprocess(line):
        seen.append(line)
        return line.lower()

    assert read(TextFile(files, WORDS, preprocess=preprocess))[-1] == [0, 5, 2, 1]
    assert seen == ["a rose is", "", "  a\t flower ", "Is it"]


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16", "utf-32-be"])
def test_check_stream(tmp_path, encoding):
    for name, text in (("a", "a rose\nis\n\nä rose\n"), ("b", "is a\r\nrose")):
        (tmp_path / name).write_bytes(text.encode(encoding or "utf-8"))
    dataset = TextFile([tmp_path / "a", tmp_path / "b"], WORDS, encoding=encoding)
    check_stream(DataStream(dataset))
    check_stream(Padding(Batch(DataStream(dataset), ConstantScheme(2))))


def test_the_state_is_an_offset_in_bytes(files):
    dataset = TextFile(files, WORDS)
    state = dataset.open()
    assert dataset.save_state(state) == {"file": 0, "offset": 0, "line": 0}
    dataset.get_data(state)
    assert dataset.save_state(state) == {"file": 0, "offset": 10, "line": 1}
    for _ in range(3):
        dataset.get_data(state)
    assert dataset.save_state(state) == {"file": 1, "offset": 5, "line": 1}
    dataset.close(state)
    restored = dataset.restore_state({"file": 0, "offset": 11, "line": 2})
    assert dataset.get_data(restored)[0].tolist() == [0, 3, 2, 1]
    dataset.close(restored)


def test_abandoned_iterators_do_not_warn(files):
    iterator = DataStream(TextFile(files, WORDS)).get_epoch_iterator()
    next(iterator)
    del iterator


def test_line_numbers_in_messages_survive_resuming(files):
    dataset = TextFile(files, WORDS, unk_token=None)
    state = dataset.restore_state({"file": 0, "offset": 11, "line": 2})
    with pytest.raises(
        ValueError, match=r"one', line 3: TextFile does not have the word 'flower' in"
    ):
        dataset.get_data(state)
    dataset.close(state)


def test_the_dictionary_is_a_copy(files):
    dictionary = defaultdict(lambda: 9, WORDS)
    dataset = TextFile(files, dictionary, unk_token=None)
    dictionary["flower"] = 7
    with pytest.raises(ValueError, match="the word 'flower' in its dictionary; add it"):
        read(dataset)
    assert "it" not in dictionary


def test_changed_files(files):
    dataset = TextFile(files, WORDS)
    files[0].write_text("a", encoding="utf-8")
    with pytest.raises(ValueError, match="one' starts at byte 10 of 1; the file has"):
        dataset.restore_state({"file": 0, "offset": 10, "line": 1})


@pytest.mark.parametrize(
    ("saved", "error", "match"),
    [
        ({"file": 0, "offset": 0}, ValueError, "state of TextFile lacks 'line'"),
        (None, TypeError, "state of TextFile must be a mapping, got NoneType"),
        ({"file": 3, "offset": 0, "line": 0}, ValueError, "'file' .* between 0 and 2"),
        ({"file": 0, "offset": -1, "line": 0}, ValueError, "'offset' .* at least 0"),
        ({"file": 0, "offset": 0, "line": 0.5}, TypeError, "'line' .* be an integer"),
        ({"file": 0, "offset": 3, "line": 1}, ValueError, "starts at byte 3 of 24"),
    ],
)
def test_bad_states(files, saved, error, match):
    with pytest.raises(error, match=match):
        TextFile(files, WORDS).restore_state(saved)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"files": "one"}, TypeError, r"files of TextFile .* 'one'; write \['one'\]"),
        ({"files": []}, ValueError, "files of TextFile is empty"),
        ({"files": ["/none"]}, FileNotFoundError, "TextFile: there is no file '/none'"),
        ({"dictionary": ["a"]}, TypeError, "mapping from token to number, got list"),
        ({"dictionary": {"a": "1"}}, TypeError, "to integers, got '1' for 'a'"),
        ({"dictionary": {"a": True}}, TypeError, "to integers, got True for 'a'"),
        ({"bos_token": "<s>"}, ValueError, "bos_token of TextFile, '<s>', is not in"),
        ({"eos_token": "<s>"}, ValueError, "eos_token of TextFile, '<s>', is not in"),
        ({"unk_token": "<s>"}, ValueError, "not in the dictionary; .* unk_token=None"),
        ({"level": "words"}, ValueError, "level 'words'; did you mean 'word'"),
        ({"preprocess": "lower"}, TypeError, "preprocess of TextFile must be a func"),
        ({"encoding": "utf-9"}, ValueError, "TextFile does not know .* 'utf-9'"),
    ],
)
def test_bad_arguments(files, arguments, error, match):
    with pytest.raises(error, match=match):
        TextFile(**{"files": files, "dictionary": WORDS, **arguments})


def test_bad_requests(files):
    dataset = TextFile(files, WORDS)
    with pytest.raises(ValueError, match=r"TextFile.get_data needs the state made by"):
        dataset.get_data()
    with pytest.raises(ValueError, match=r"cannot serve the request range\(0, 2\)"):
        next(DataStream(dataset, SequentialScheme(2, 2)).get_epoch_iterator())


def test_bad_preprocess(files):
    with pytest.raises(
        TypeError, match=r"return a string, got list for .*one', line 1"
    ):
        read(TextFile(files, WORDS, preprocess=str.split))


@pytest.mark.skipif(not SHAKESPEARE.is_file(), reason="the text is not there")
def test_the_real_text():
    text = SHAKESPEARE.read_text("utf-8")
    dictionary = {c: i for i, c in enumerate(sorted(set(text)))}
    dataset = TextFile([SHAKESPEARE], dictionary, None, None, None, "character")
    read_back = read(dataset)
    characters = sorted(set(text))
    assert "\n".join("".join(characters[n] for n in line) for line in read_back) == (
        "\n".join(line.strip() for line in text.removesuffix("\n").split("\n"))
    )

import pytest

from brickyard.datasets import DataStream, OneBillionWord
from brickyard.testing.streams import check_stream

WORDS = {"<S>": 0, "</S>": 1, "<UNK>": 2, "The": 3, "news": 4}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "1-billion-word"
    for name, text in (
        ("training-monolingual.tokenized.shuffled/news.en-00001-of-00100", "The\n"),
        ("training-monolingual.tokenized.shuffled/news.en-00099-of-00100", "news .\n"),
        ("heldout-monolingual.tokenized.shuffled/news.en.heldout-00000-of-00050", "."),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))


def read(dataset):
    stream = DataStream(dataset)
    return [features.tolist() for (features,) in stream.get_epoch_iterator()]


def test_partitions_in_the_order_asked_for(folder):
    dataset = OneBillionWord("training", [99, 1], WORDS)
    assert dataset.which_partitions == (99, 1)
    assert read(dataset) == [[0, 4, 2, 1], [0, 3, 1]]
    check_stream(DataStream(dataset))


def test_the_rest_goes_to_text_file(folder):
    assert read(OneBillionWord("heldout", (0,), WORDS, eos_token=None)) == [[0, 2]]


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (("train", [1]), ValueError, "no set 'train'; did you mean 'training'"),
        (("training", 1), TypeError, r"a sequence of integers, got 1; write \(1,\)"),
        (("training", "1"), TypeError, "a sequence of integers, got '1'"),
        (("training", []), ValueError, "which_partitions of OneBillionWord is empty"),
        (("training", [0]), ValueError, "has the partitions 1 to 99, got 0"),
        (("heldout", [50]), ValueError, "has the partitions 0 to 49, got 50"),
        (("heldout", [True]), ValueError, "has the partitions 0 to 49, got True"),
        (("training", [2]), FileNotFoundError, "news.en-00002-of-00100"),
    ],
)
def test_bad_arguments(folder, arguments, error, match):
    with pytest.raises(error, match=match):
        OneBillionWord(*arguments, WORDS)

import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    SequentialScheme,
)
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import Batch, Padding
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.padding import pad, sequence_lengths
from brickyard.testing import check_stream

LENGTHS = (3, 1, 4, 1, 5)


@pytest.fixture
def batches():
    dataset = IndexableDataset(
        {
            "words": ragged([np.arange(1, n + 1) for n in LENGTHS]),
            "audio": ragged([np.ones((2 * n, 3), "float32") for n in LENGTHS]),
            "target": np.arange(5),
        },
        axis_labels={
            "words": ("batch", "time"),
            "audio": ("batch", "time", "feature"),
        },
    )
    return DataStream(dataset, SequentialScheme(5, 2))


def test_streams(batches):
    check_stream(Padding(batches, mask_sources=("words", "audio")))
    examples = Batch(batches.dataset.get_example_stream(), ConstantScheme(2))
    check_stream(Padding(examples, mask_sources=("words",)))


def test_values(batches):
    stream = Padding(batches, mask_sources=("words", "audio"))
    words, words_mask, audio, audio_mask, target = stream.get_data([0, 1, 2])
    assert words.tolist() == [[1, 2, 3, 0], [1, 0, 0, 0], [1, 2, 3, 4]]
    assert words_mask.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
    assert words.dtype == np.int64
    assert audio.dtype == np.float32
    assert words_mask.dtype == audio_mask.dtype == float_x()
    assert audio.shape == (3, 8, 3)
    np.testing.assert_array_equal(audio, np.repeat(audio_mask[:, :, None], 3, axis=2))
    np.testing.assert_array_equal(audio_mask.sum(axis=1), [6, 2, 8])
    np.testing.assert_array_equal(target, [0, 1, 2])


def test_sources_and_labels(batches):
    stream = Padding(batches, mask_sources=["audio"])
    assert stream.sources == ("words", "audio", "audio_mask", "target")
    assert stream.axis_labels == {
        **batches.axis_labels,
        "audio_mask": ("batch", "time"),
    }
    assert "audio_mask" not in batches.axis_labels


def test_mask_dtype(batches):
    stream = Padding(batches, ("words",), mask_dtype="bool")
    assert stream.get_data([0, 1])[1].dtype == bool


@pytest.mark.parametrize(
    ("data", "padded", "mask"),
    [
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], [[True, True]] * 2),
        ([[], [3]], [[0], [3]], [[False], [True]]),
        ([[], []], [[], []], [[], []]),
        (np.empty(0, object), [], []),
        ([[[1, 2]], []], [[[1, 2]], [[0, 0]]], [[True], [False]]),
    ],
)
def test_edges(data, padded, mask):
    result, its_mask = pad(data, "x")
    assert result.tolist() == padded
    assert its_mask.tolist() == mask
    assert its_mask.dtype == bool


def test_empty_lists_do_not_change_the_type():
    assert pad([[], [3]], "x")[0].dtype == np.int64


def test_agrees_with_a_loop():
    rng = np.random.default_rng(1)
    sequences = [rng.normal(size=(n, 2, 3)) for n in rng.integers(0, 9, 20)]
    padded, mask = pad(ragged(sequences), "x")
    assert padded.shape == (20, max(map(len, sequences)), 2, 3)
    for row, row_mask, sequence in zip(padded, mask, sequences, strict=True):
        np.testing.assert_array_equal(row[: len(sequence)], sequence)
        assert not row[len(sequence) :].any()
        assert row_mask.sum() == len(sequence)


@pytest.mark.parametrize(
    ("data", "padded"),
    [
        ([[1, 2], [3]], [[1, 2, 0, 0], [3, 0, 0, 0]]),
        ([[1, 2], [3, 4]], [[1, 2, 0, 0], [3, 4, 0, 0]]),
        ([[1, 2, 3, 4]], [[1, 2, 3, 4]]),
        ([[], []], [[0] * 4] * 2),
    ],
)
def test_a_length_that_is_given(data, padded):
    result, mask = pad(data, "x", 4)
    assert result.tolist() == padded
    assert mask.sum(axis=1).tolist() == [len(sequence) for sequence in data]


def test_lengths():
    for batch in (np.zeros((2, 3, 4)), ragged([np.zeros(3), np.zeros((3, 2))])):
        lengths = sequence_lengths(batch, "x", "Padding")
        assert lengths.tolist() == [3, 3]
        assert lengths.dtype == np.intp


def test_elements_must_have_one_shape():
    data = ragged([np.zeros((2, 3)), np.zeros((2, 4))])
    with pytest.raises(
        ValueError, match=r"source 'audio' may differ .* shapes \(3,\) and \(4,\)"
    ):
        pad(data, "audio")


@pytest.mark.parametrize("data", [np.arange(3), ragged([np.zeros(2), np.zeros(())])])
def test_there_must_be_a_time_axis(data):
    with pytest.raises(ValueError, match="source 'target' has one number per example"):
        pad(data, "target")


def test_refuses_examples(batches):
    with pytest.raises(ValueError, match="DataStream gives examples; put a Batch"):
        Padding(batches.dataset.get_example_stream())


def test_refuses_unknown_sources(batches):
    with pytest.raises(ValueError, match="Padding: mask_sources has 'word'"):
        Padding(batches, mask_sources=("word",))
    with pytest.raises(TypeError, match="Padding: mask_sources must be a sequence"):
        Padding(batches, mask_sources="words")


def test_refuses_a_mask_that_is_there():
    dataset = IndexableDataset({"x": [[1], [2]], "x_mask": [[1], [1]]})
    stream = DataStream(dataset, SequentialScheme(2, 2))
    with pytest.raises(ValueError, match=r"Padding would give two .* name 'x_mask'"):
        Padding(stream, mask_sources=("x",))

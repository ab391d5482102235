import numpy as np
import pytest

from brickyard.datasets import ConstantScheme, DataStream, IterableDataset
from brickyard.datasets.transformers import Batch, NGrams
from brickyard.testing import check_stream

SENTENCES = [[1, 2, 3, 4, 5], [6, 7], [], [8, 9, 10, 11]]


def stream_of(sequences=SENTENCES, labels=None):
    labels = None if labels is None else {"words": labels}
    return DataStream(IterableDataset({"words": sequences}, axis_labels=labels))


def test_stream():
    check_stream(NGrams(2, stream_of()))


@pytest.mark.parametrize("order", [1, 2, 4, 5])
def test_values(order):
    expected = [
        (sentence[index : index + order], sentence[index + order])
        for sentence in SENTENCES
        for index in range(len(sentence) - order)
    ]
    assert list(NGrams(order, stream_of()).get_epoch_iterator()) == expected


def test_batches_of_them_are_arrays():
    stream = Batch(NGrams(3, stream_of()), ConstantScheme(3))
    (words, targets) = next(stream.get_epoch_iterator())
    assert stream.sources == ("words", "targets")
    np.testing.assert_array_equal(words, [[1, 2, 3], [2, 3, 4], [8, 9, 10]])
    np.testing.assert_array_equal(targets, [4, 5, 11])


def test_labels():
    stream = NGrams(2, stream_of(labels=("time", "feature")), "next")
    assert stream.axis_labels == {"words": ("time", "feature"), "next": ("feature",)}
    stream = NGrams(2, stream_of(labels=("batch", "time")))
    assert stream.axis_labels == {"words": ("batch", "time"), "targets": ("batch",)}


def test_refuses_arguments():
    with pytest.raises(ValueError, match="ngram_order of NGrams must be at least 1"):
        NGrams(0, stream_of())
    with pytest.raises(TypeError, match="NGrams reads a data stream, got list"):
        NGrams(2, SENTENCES)

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import ToBytes
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream

TEXTS = [b"brick", b"", b"wall\0\0", b"a"]


@pytest.fixture
def dataset():
    arrays = ragged([np.frombuffer(text, "uint8") for text in TEXTS])
    return IndexableDataset(
        {"x": arrays, "y": np.arange(4)}, axis_labels={"x": ("batch", "byte")}
    )


def test_streams(dataset):
    check_stream(ToBytes(dataset.get_example_stream(), which_sources=("x",)))
    batches = DataStream(dataset, SequentialScheme(4, 3))
    check_stream(ToBytes(batches, which_sources=("x",)))


def test_values(dataset):
    examples = ToBytes(dataset.get_example_stream(), which_sources=("x",))
    assert [x for x, _ in examples.get_epoch_iterator()] == TEXTS
    batches = DataStream(dataset, SequentialScheme(4, 4))
    ((x, y),) = ToBytes(batches, which_sources=("x",)).get_epoch_iterator()
    assert x.tolist() == TEXTS
    np.testing.assert_array_equal(y, range(4))


def test_batches_of_one_length():
    dataset = IndexableDataset({"x": np.full((3, 2), 97, "uint8")})
    stream = ToBytes(DataStream(dataset, SequentialScheme(3, 3)))
    ((x,),) = stream.get_epoch_iterator()
    assert x.tolist() == [b"aa"] * 3


def test_labels(dataset):
    stream = dataset.get_example_stream()
    assert ToBytes(stream, which_sources=("x",)).axis_labels == {"x": ()}
    assert stream.axis_labels == {"x": ("batch", "byte")}
    batches = DataStream(dataset, SequentialScheme(4, 4))
    assert ToBytes(batches).axis_labels == {"x": ("batch",)}
    mine = {"x": ("b",)}
    assert ToBytes(batches, axis_labels=mine).axis_labels == mine


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (np.zeros((1, 2)), r"float64 with shape \(2,\)"),
        (np.zeros((1, 2, 2), "uint8"), r"uint8 with shape \(2, 2\)"),
        (["text"], "str"),
    ],
)
def test_refuses_what_is_no_bytes(data, kind):
    stream = DataStream(IndexableDataset({"x": data}), SequentialScheme(1, 1))
    with pytest.raises(
        TypeError, match=f"ToBytes: an example of source 'x' .* {kind}; "
    ):
        next(ToBytes(stream).get_epoch_iterator())

import numpy as np
import pytest

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import Flatten, Merge, Unpack
from brickyard.testing import check_stream


def batches(names, num_examples=7, batch_size=3, scheme=ShuffledScheme):
    arrays = dict.fromkeys(names, np.arange(num_examples))
    dataset = IndexableDataset(arrays, axis_labels=dict.fromkeys(names, ("batch",)))
    return DataStream(dataset, scheme(num_examples, batch_size))


def test_streams():
    one, two = batches("ab"), batches("c", 9)
    check_stream(Merge((one, batches("c")), ("x", "y", "z")))
    check_stream(
        Merge((Unpack(one), Unpack(two)), ("a", "b", "c"), on_unequal_length="stop")
    )
    check_stream(Merge((Flatten(one), one), ("a", "b", "c", "d")))


def test_side_by_side():
    one = DataStream(IterableDataset({"x": [1, 2], "y": [3, 4]}))
    two = DataStream(IterableDataset({"x": [5, 6]}))
    stream = Merge(iter((one, two)), ["a", "b", "c"])
    assert stream.produces_examples
    assert stream.sources == ("a", "b", "c")
    assert list(stream.get_epoch_iterator()) == [(1, 3, 5), (2, 4, 6)]
    assert stream.get_data() == (1, 3, 5)


def test_all_read_the_same_epoch():
    stream = Merge((batches("a"), batches("b")), ("a", "b"))
    first, second = stream.get_epoch_iterator(), stream.get_epoch_iterator()
    for (a, b), (later, _) in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, later)


def test_labels():
    stream = Merge((batches("a"), batches("b")), ("x", "y"))
    assert stream.axis_labels == {"x": ("batch",), "y": ("batch",)}
    stream = Merge((batches("a"),), ("x",), axis_labels={"x": ("time",)})
    assert stream.axis_labels == {"x": ("time",)}
    unlabelled = DataStream(IterableDataset([1]))
    assert Merge((unlabelled,), ("x",)).axis_labels is None


def test_one_stream_ends_first():
    streams = (batches("a"), batches("b", 9, 3, SequentialScheme), batches("c", 12))
    streams = tuple(map(Unpack, streams))
    merged = Merge(streams, ("x", "y", "z"))
    with pytest.raises(
        ValueError,
        match=r"stream 0, with 'a', ended after 7 examples, but stream 1, with 'b'",
    ):
        list(merged.get_epoch_iterator())
    merged = Merge(streams, ("x", "y", "z"), on_unequal_length="stop")
    assert len(list(merged.get_epoch_iterator())) == 7


def test_batches_of_unequal_length():
    stream = Merge((batches("a"), batches("b", 7, 4)), ("x", "y"))
    with pytest.raises(ValueError, match=r"Merge: .* got 'x': 3, 'y': 4"):
        next(stream.get_epoch_iterator())


def test_closes_the_streams_below(monkeypatch):
    streams = (batches("a"), batches("b"))
    closed = []
    monkeypatch.setattr(DataStream, "close", lambda self: closed.append(self))
    Merge(streams, ("x", "y")).close()
    assert closed == list(streams)


@pytest.mark.parametrize(
    ("streams", "sources", "options", "error", "message"),
    [
        ((), (), {}, ValueError, "Merge needs at least one stream"),
        ((3,), ("x",), {}, TypeError, "Merge reads a data stream, got int"),
        (
            (batches("a"), Unpack(batches("b"))),
            ("x", "y"),
            {},
            ValueError,
            "stream 0 gives batches, stream 1 gives examples; make them all",
        ),
        ((batches("ab"),), ("x",), {}, ValueError, "all 2 sources .* 'a', 'b', got 1"),
        ((batches("a"),), "x", {}, TypeError, "sources must be a sequence .* 'x'"),
        ((batches("ab"),), ("x", "x"), {}, ValueError, "two sources the name 'x'"),
        (
            (batches("a"),),
            ("x",),
            {"on_unequal_length": "shortest"},
            ValueError,
            "must be 'raise' or 'stop', got 'shortest'",
        ),
    ],
)
def test_refused_arguments(streams, sources, options, error, message):
    with pytest.raises(error, match=message):
        Merge(streams, sources, **options)

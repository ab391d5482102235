from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import Mapping
from brickyard.datasets.transformers.packing import (
    UNPICKLABLE,
    in_one_piece,
    pack,
    unpack,
    unpicklable_part,
)
from brickyard.testing.streams import same

LARGE = np.arange(5000, dtype="float32").reshape(50, 100)


@pytest.mark.parametrize(
    "value",
    [
        LARGE,
        LARGE.T,
        LARGE[:, ::2],
        LARGE[:0],
        np.array(3.5),
        np.array(["a", "bc"] * 3000),
        np.arange("2000-01", "2700-01", dtype="datetime64[M]"),
        np.zeros(1000, [("x", "i4"), ("y", "f8")]),
        np.array([LARGE, LARGE[:2], None], dtype=object),
        ([LARGE, {"a": (1, b"x" * 9000)}], "text", None),
    ],
)
def test_round_trip(value):
    description, buffers = pack(value)
    result = unpack(description, [bytearray(buffer) for buffer in buffers])
    assert same(value, result)


def test_large_arrays_are_not_in_the_description():
    description, buffers = pack([LARGE, LARGE[:1], [LARGE + 1]])
    assert [buffer.nbytes for buffer in buffers] == [20000, 20000]
    assert len(description) < 1000
    (array, _, _) = unpack(description, buffers)
    assert np.shares_memory(array, LARGE)


def test_only_read_only_arrays_if_wanted():
    protected = LARGE.view()
    protected.flags.writeable = False
    description, buffers = pack((LARGE, protected), read_only=True)
    assert len(buffers) == 1
    first, second = unpack(description, buffers)
    assert first.flags.writeable
    assert not second.flags.writeable
    assert same(first, LARGE)
    assert same(second.copy(), LARGE)


def test_in_one_piece():
    gaps = LARGE[:, ::2]
    assert in_one_piece(gaps).flags.c_contiguous
    assert same(in_one_piece(gaps), gaps)
    for value in (LARGE, LARGE.T, "text", np.array(1.0)):
        assert in_one_piece(value) is value


def test_the_part_that_cannot_be_pickled_is_named():
    dataset = IndexableDataset({"x": np.arange(4)})
    stream = DataStream(dataset, SequentialScheme(4, 2))
    stream = Mapping(Mapping(stream, lambda data: data), tuple)
    with pytest.raises(UNPICKLABLE):
        pack(stream)
    expected = "Mapping.data_stream.mapping, a function"
    assert unpicklable_part(stream, "Mapping") == expected


def test_a_part_without_parts():
    value = SimpleNamespace(generator=(i for i in range(3)))
    assert unpicklable_part(value, "X") == "X.generator, a generator"
    assert unpicklable_part(lambda: 0, "f") == "f, a function"

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
)
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import Cast, ForceFloatX
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.cast import as_dtype
from brickyard.testing import check_stream


@pytest.fixture
def batches():
    dataset = IndexableDataset(
        {
            "double": np.arange(5.0),
            "integer": np.arange(5),
            "text": np.array(list("abcde")),
            "varying": ragged([np.arange(float(n)) for n in range(5)]),
        }
    )
    return DataStream(dataset, SequentialScheme(5, 2))


def test_streams(batches):
    check_stream(Cast(batches, "float16", which_sources=("double", "varying")))
    check_stream(ForceFloatX(batches))


def test_cast(batches):
    stream = Cast(batches, np.int16, which_sources=("double", "varying"))
    double, integer, text, varying = stream.get_data([3, 1])
    assert (double.dtype, integer.dtype, text.dtype.kind) == (np.int16, np.int64, "U")
    np.testing.assert_array_equal(double, [3, 1])
    assert [example.dtype for example in varying] == [np.int16, np.int16]
    assert [example.tolist() for example in varying] == [[0, 1, 2], [0]]


def test_cast_copies_only_if_it_must(batches):
    stream = Cast(batches, "float64", which_sources=("double",))
    double = stream.get_data(slice(0, 2))[0]
    assert np.shares_memory(double, batches.dataset.indexables[0])


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_force_floatx_changes_floats_only(batches, monkeypatch, name):
    module = SimpleNamespace(config=SimpleNamespace(floatX=name))
    monkeypatch.setitem(sys.modules, "pytensor", module)
    double, integer, text, varying = ForceFloatX(batches).get_data([3, 1])
    assert double.dtype == name
    assert integer.dtype == np.int64
    assert text.tolist() == ["d", "b"]
    assert [example.dtype for example in varying] == [name, name]


def test_the_type_is_fixed_at_construction(batches, monkeypatch):
    module = SimpleNamespace(config=SimpleNamespace(floatX="float16"))
    monkeypatch.setitem(sys.modules, "pytensor", module)
    stream = ForceFloatX(batches, which_sources=("double",))
    monkeypatch.delitem(sys.modules, "pytensor")
    assert stream.get_data([0])[0].dtype == np.float16


def test_force_floatx_on_examples_that_are_plain_objects():
    stream = DataStream(IterableDataset({"x": [0.5], "n": [3], "s": ["text"]}))
    x, n, s = ForceFloatX(stream).get_data()
    assert x.dtype == float_x()
    assert (n, s) == (3, "text")
    assert type(n) is int


def test_force_floatx_keeps_integers_in_examples_of_different_shapes():
    sequences = ragged([np.arange(2), np.arange(3.0)])
    stream = DataStream(IndexableDataset({"x": sequences}), SequentialScheme(2, 2))
    (x,) = ForceFloatX(stream).get_data([0, 1])
    assert [example.dtype for example in x] == [np.int64, float_x()]


def test_floatx_by_name(batches):
    assert Cast(batches, "floatX", which_sources=("double",)).dtype == float_x()


@pytest.mark.parametrize("dtype", ["float33", "floatx", 5])
def test_refuses_what_is_no_data_type(batches, dtype):
    with pytest.raises(TypeError, match=f"Cast: {dtype!r} is not a data type"):
        Cast(batches, dtype)
    with pytest.raises(TypeError, match=r"Padding: .* use one such as 'float32'"):
        as_dtype(dtype, "Padding")

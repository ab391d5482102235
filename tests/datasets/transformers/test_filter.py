import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import Batch, Filter, Unpack
from brickyard.testing import check_stream


@pytest.fixture
def dataset():
    return IndexableDataset({"x": np.arange(9), "y": np.arange(9) % 2})


def is_odd(data):
    return data[1] == 1


def first_is_small(data):
    return data[0][0] < 6


def test_streams(dataset):
    examples = DataStream(dataset, ShuffledExampleScheme(9))
    check_stream(Filter(examples, is_odd))
    check_stream(Batch(Filter(examples, is_odd), ConstantScheme(2)))
    check_stream(Filter(DataStream(dataset, ShuffledScheme(9, 2)), first_is_small))
    check_stream(Filter(Unpack(DataStream(dataset, ShuffledScheme(9, 4))), is_odd))


def test_keeps_what_the_predicate_accepts(dataset):
    stream = Filter(dataset.get_example_stream(), is_odd)
    assert stream.produces_examples
    assert [x for x, _ in stream.get_epoch_iterator()] == [1, 3, 5, 7]


def test_nothing_may_be_left(dataset):
    stream = Filter(dataset.get_example_stream(), lambda data: False)
    assert list(stream.get_epoch_iterator()) == []


def test_refuses_what_is_no_function(dataset):
    with pytest.raises(TypeError, match=r"Filter: predicate must be a function.*'odd'"):
        Filter(dataset.get_example_stream(), "odd")

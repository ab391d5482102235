import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    SequentialScheme,
)
from brickyard.datasets.transformers import Batch, Mapping, SortMapping
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream


@pytest.fixture
def batches():
    dataset = IndexableDataset(
        {"x": np.array([3, 1, 2, 5, 4]), "y": np.arange(5) * 10},
        axis_labels={"x": ("batch",)},
    )
    return DataStream(dataset, SequentialScheme(5, 3))


def add(data):
    return (data[0] + data[1],)


def swap(data):
    return [data[1], data[0]]


def swap_by_name(data):
    return {"y": data["x"], "x": data["y"]}


def sum_by_name(data):
    return {"sum": data["x"] + data["y"]}


def first_source(example):
    return example[0]


def test_streams(batches):
    check_stream(Mapping(batches, add, add_sources=("sum",)))
    check_stream(Mapping(batches, swap))
    check_stream(Mapping(batches, swap_by_name, mapping_accepts=dict))
    check_stream(Mapping(batches, SortMapping(first_source)))


def test_takes_the_place_of_the_data(batches):
    x, y = Mapping(batches, swap).get_data([0, 1])
    np.testing.assert_array_equal(x, [0, 10])
    np.testing.assert_array_equal(y, [3, 1])


def test_adds_sources(batches):
    stream = Mapping(batches, add, add_sources=["sum"])
    assert stream.sources == ("x", "y", "sum")
    x, _, total = stream.get_data([0, 1])
    np.testing.assert_array_equal(x, [3, 1])
    np.testing.assert_array_equal(total, [3, 11])
    assert stream.axis_labels == {"x": ("batch",)}


def test_dictionaries(batches):
    stream = Mapping(batches, swap_by_name, mapping_accepts=dict)
    np.testing.assert_array_equal(stream.get_data([1])[0], [10])
    stream = Mapping(batches, sum_by_name, ("sum",), dict)
    np.testing.assert_array_equal(stream.get_data([1])[2], [11])


def test_works_on_examples(batches):
    stream = Mapping(batches.dataset.get_example_stream(), add, ("sum",))
    assert stream.get_data(1) == (1, 10, 11)


def test_labels_can_be_given(batches):
    stream = Mapping(batches, swap, axis_labels={"y": ("batch",)})
    assert stream.axis_labels == {"y": ("batch",)}


@pytest.mark.parametrize(
    ("mapping", "options", "error", "message"),
    [
        (add, {}, ValueError, "add must return 2 arrays, for 'x', 'y', got 1"),
        (len, {}, TypeError, "len must return a tuple .* of 'x', 'y', got int"),
        (
            swap,
            {"mapping_accepts": dict},
            KeyError,
            "1",
        ),
        (
            len,
            {"mapping_accepts": dict},
            TypeError,
            "len must return a dictionary of 'x', 'y', .* got int",
        ),
        (
            sum_by_name,
            {"mapping_accepts": dict},
            ValueError,
            "sum_by_name must return the sources 'x', 'y', got 'sum'",
        ),
    ],
)
def test_what_the_function_returns_is_checked(
    batches, mapping, options, error, message
):
    with pytest.raises(error, match=message):
        Mapping(batches, mapping, **options).get_data([0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3,), TypeError, "Mapping: mapping must be a function, got 3"),
        ((add, "sum"), TypeError, r"the string 'sum'; write \('sum',\)"),
        ((add, ("y",)), ValueError, "Mapping would give two sources the name 'y'"),
        ((add, None, tuple), TypeError, "must be the type list or dict, got .*tuple"),
    ],
)
def test_refused_arguments(batches, arguments, error, message):
    with pytest.raises(error, match=message):
        Mapping(batches, *arguments)


@pytest.mark.parametrize("reverse", [False, True])
def test_sorting(batches, reverse):
    stream = Mapping(batches, SortMapping(first_source, reverse=reverse))
    data = list(stream.get_epoch_iterator())
    step = -1 if reverse else 1
    assert [x.tolist() for x, _ in data] == [[1, 2, 3][::step], [4, 5][::step]]
    assert [y.tolist() for _, y in data] == [[10, 20, 0][::step], [40, 30][::step]]


@pytest.mark.parametrize("reverse", [False, True])
def test_sorting_keeps_the_order_of_equals(reverse):
    keys, values = np.array([1, 0, 1, 0]), np.arange(4)
    _, order = SortMapping(first_source, reverse)((keys, values))
    assert order.tolist() == ([0, 2, 1, 3] if reverse else [1, 3, 0, 2])


def test_sorting_sequences_by_length():
    words = ragged([np.zeros(n) for n in (3, 1, 2)])
    dataset = IndexableDataset({"words": words})
    stream = Batch(dataset.get_example_stream(), ConstantScheme(3))
    stream = Mapping(stream, SortMapping(lambda example: len(example[0])))
    (sorted_words,) = next(stream.get_epoch_iterator())
    assert [len(word) for word in sorted_words] == [1, 2, 3]


def test_sorting_an_empty_batch():
    assert SortMapping(first_source)((np.zeros(0),))[0].shape == (0,)


def test_sorting_refuses_what_it_cannot_do():
    with pytest.raises(TypeError, match="SortMapping: key must be a function"):
        SortMapping(key=0)
    with pytest.raises(
        ValueError, match=r"SortMapping: .* 'number 0': 2, 'number 1': 3"
    ):
        SortMapping(first_source)((np.zeros(2), np.zeros(3)))

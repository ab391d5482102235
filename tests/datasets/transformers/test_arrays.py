import numpy as np
import pytest

from brickyard.datasets.transformers.arrays import (
    as_array,
    concatenate,
    is_ragged,
    map_arrays,
    ragged,
    stack,
)


def test_arrays_stay_themselves():
    array = np.arange(3)
    assert as_array(array) is array


@pytest.mark.parametrize(
    ("data", "shape"),
    [(3, ()), (2.5, ()), (range(4), (4,)), ([[1, 2], [3, 4]], (2, 2))],
)
def test_regular_data(data, shape):
    assert as_array(data).shape == shape
    assert not is_ragged(as_array(data))


def test_stack_keeps_dtype_and_values():
    examples = [np.full((2, 3), n, "float32") for n in range(4)]
    result = stack(examples)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result[:, 0, 0], range(4))


@pytest.mark.parametrize(
    "examples",
    [
        [np.zeros(2), np.zeros(3)],
        [np.zeros((2, 3)), np.zeros((3, 2))],
        [[1, 2], [3]],
        [np.zeros(2), 1.0],
    ],
)
def test_stack_of_different_shapes(examples):
    result = stack(examples)
    assert is_ragged(result)
    assert result.shape == (len(examples),)
    for one, other in zip(result, examples, strict=True):
        np.testing.assert_array_equal(one, other)


def test_stack_of_nested_ragged_lists():
    result = stack([[[1, 2], [3]], [[4], [5]]])
    assert is_ragged(result)
    assert result[0][0].tolist() == [1, 2]
    assert result[1].tolist() == [[4], [5]]


def test_stack_of_texts():
    assert stack(["a", "bcd"]).tolist() == ["a", "bcd"]


def test_ragged_of_equal_shapes_is_one_dimensional():
    result = ragged([np.zeros((2, 2)), np.zeros((2, 2))])
    assert result.shape == (2,)
    assert result[0].shape == (2, 2)


def test_map_arrays_reaches_every_example():
    regular = map_arrays(np.negative, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(regular, [[-1, -2], [-3, -4]])
    nested = map_arrays(np.negative, [[[1, 2], [3]], [[4]]])
    assert nested[0][0].tolist() == [-1, -2]
    assert nested[1].tolist() == [[-4]]


def test_concatenate():
    piece = np.arange(2)
    assert concatenate([piece]) is piece
    assert concatenate([piece, range(3)]).tolist() == [0, 1, 0, 1, 2]
    joined = concatenate([np.zeros((1, 2)), stack([np.ones(1), np.ones(3)])])
    assert [len(example) for example in joined] == [2, 1, 3]

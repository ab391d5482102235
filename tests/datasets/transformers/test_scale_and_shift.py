import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import (
    ScaleAndShift,
    byte_scaling,
    scale_and_shift,
)
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream


def stream_of(array):
    return DataStream(
        IndexableDataset({"x": array, "y": np.arange(len(array))}),
        SequentialScheme(len(array), 2),
    )


def scaled(array, scale=2.0, shift=-1.0):
    stream = ScaleAndShift(stream_of(array), scale, shift, which_sources=("x",))
    (x, y) = stream.get_data(slice(0, len(array)))
    np.testing.assert_array_equal(y, np.arange(len(array)))
    return x


def test_stream():
    check_stream(ScaleAndShift(stream_of(np.arange(5, dtype="uint8")), 0.5, 1))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_keep_their_type(dtype):
    array = np.arange(6, dtype=dtype).reshape(3, 2)
    for scale in (2.0, np.float64(2), np.full(2, 2.0)):
        result = scaled(array, scale)
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, 2 * array - 1)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_integers_become_floatx(dtype):
    array = np.array([0, 1, 3]).astype(dtype)
    result = scaled(array, 1 / 3)
    assert result.dtype == float_x()
    np.testing.assert_allclose(result, array / 3 - 1, rtol=1e-6)


def test_every_uint8_value():
    array = np.arange(256, dtype="uint8")
    np.testing.assert_allclose(scaled(array, 1 / 255, 0), array / 255, rtol=2e-7)


def test_arrays_broadcast():
    array = np.ones((4, 3, 2), "float32")
    scale, shift = np.arange(3.0)[:, None], np.array([[10, 20]])
    np.testing.assert_array_equal(scaled(array, scale, shift), array * scale + shift)


def test_shift_with_an_axis_for_examples_that_are_numbers():
    dataset = IndexableDataset({"x": np.arange(3.0)})
    stream = ScaleAndShift(dataset.get_example_stream(), 2, [1, 5])
    np.testing.assert_array_equal(stream.get_data(2)[0], [5, 9])
    number = ScaleAndShift(dataset.get_example_stream(), 2, 1).get_data(2)[0]
    assert number == 5


def test_examples_of_different_shapes():
    x = scaled(ragged([np.arange(2), np.arange(3), np.zeros(0)]))
    assert [example.tolist() for example in x] == [[-1, 1], [-1, 1, 3], []]


def test_the_data_are_not_written_to():
    array = np.arange(4.0)
    scaled(array)
    np.testing.assert_array_equal(array, range(4))


@pytest.mark.parametrize(
    ("scale", "shift", "name"), [("2", 0, "scale"), (1, None, "shift")]
)
def test_refuses_what_is_no_number(scale, shift, name):
    with pytest.raises(TypeError, match=f"ScaleAndShift: {name} must be a number"):
        ScaleAndShift(stream_of(np.arange(3)), scale, shift)


@pytest.mark.parametrize("shift", [0, -1])
def test_bytes_scaled_by_a_compiled_loop(monkeypatch, shift):
    scaler = byte_scaling.ByteScaler(long_work=0)
    array = np.random.default_rng(0).integers(0, 256, (2, 2**14), dtype="uint8")
    expected = scaled(array, 1 / 255, shift)
    monkeypatch.setattr(scale_and_shift, "PROCESS_SCALER", scaler)
    assert scaled(array, 1 / 255, shift).tobytes() == expected.tobytes()
    # The tests run in float32 or float64, and the loop is for float32.
    assert (scaler.loop is not None) == (float_x() == np.float32)


@pytest.mark.parametrize("scale", [np.full(3, 0.5), 1e38, np.inf])
def test_numpy_scales_bytes_by_other_factors(monkeypatch, scale):
    monkeypatch.setattr(scale_and_shift, "PROCESS_SCALER", None)
    array = np.array([[0, 1, 2], [1, 2, 3]], dtype="uint8")[:, 1:3]
    if np.ndim(scale):
        scale = scale[:2]
    np.testing.assert_array_equal(
        scaled(array, scale, 0), array.astype(float_x()) * np.asarray(scale, float_x())
    )

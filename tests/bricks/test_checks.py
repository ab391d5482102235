import pytest
from pytensor import tensor as pt

from brickyard.bricks import Brick
from brickyard.bricks.checks import as_float, describe, features_of, require_tensor

brick = Brick("brick")


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "float16"])
def test_small_types_are_converted(dtype):
    x = pt.tensor("x", dtype=dtype, shape=(None, 3))
    assert features_of(brick, x, 3, "float32").dtype == "float32"


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32"])
def test_large_integers_are_indices(dtype):
    x = pt.tensor("x", dtype=dtype, shape=(None, 3))
    with pytest.raises(
        TypeError, match=rf"/brick works on float32, got {dtype} \(\?, 3"
    ):
        features_of(brick, x, 3, "float32")


@pytest.mark.parametrize("dtype", ["float64", "complex64"])
def test_what_does_not_fit_into_float32(dtype):
    x = pt.tensor("x", dtype=dtype, shape=(None,))
    with pytest.raises(
        TypeError, match=rf"got {dtype} \(\?,\) x; declare the input as"
    ):
        as_float(brick, x, "float32")


def test_float32_in_a_float64_model():
    assert (
        as_float(brick, pt.vector("x", dtype="float32"), "float64").dtype == "float64"
    )


def test_features():
    x = pt.matrix("x", shape=(None, 783))
    with pytest.raises(
        ValueError, match=r"/brick needs an input with 784 features.*got 783: float32"
    ):
        features_of(brick, x, 784, "float32")
    with pytest.raises(
        ValueError, match=r"3 features .*, got the scalar float32 \(\) s"
    ):
        features_of(brick, pt.scalar("s"), 3, "float32")
    unknown = pt.matrix("x")
    assert features_of(brick, unknown, 784, "float32") is unknown


def test_tensors_only():
    with pytest.raises(TypeError, match=r"/brick needs a tensor, got 3 of type int"):
        require_tensor(brick, 3)


def test_describe():
    assert describe(pt.tensor(dtype="int8", shape=(None, 2))) == "int8 (?, 2)"

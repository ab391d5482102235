import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import LookupTable
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

INDICES = np.array([[0, 2], [4, 4], [1, 0]])


def make_table():
    return LookupTable(5, 3, weights_init=IsotropicGaussian(), seed=1)


def test_checks():
    shapes = {"/lookuptable.W": (5, 3)}
    check_brick(make_table, {"indices": INDICES}, parameters=shapes)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_values(dtype):
    table = make_table()
    table.initialize()
    indices = pt.tensor("indices", dtype=dtype, shape=(None, None))
    np.testing.assert_array_equal(
        evaluate(table.apply(indices), {indices: INDICES.astype(dtype)}),
        table.W.get_value()[INDICES],
    )


def test_dimensions():
    table = LookupTable(5)
    table.input_dim = 0
    table.output_dim = 4
    assert table.get_dims(["indices", "output"]) == [0, 4]
    with pytest.raises(ValueError, match="does not know the dimension of 'x'"):
        table.get_dim("x")
    with pytest.raises(ValueError, match=r"/lookuptable takes indices, which have 0 f"):
        table.input_dim = 5


def test_bad_indices():
    table = make_table()
    with pytest.raises(
        TypeError, match=r"/lookuptable needs integer indices, got float"
    ):
        table.apply(pt.matrix("x"))
    with pytest.raises(
        ValueError, match=r"the indices 0 to 4; got indices from 1 to 5"
    ):
        table.apply(np.array([1, 5]))
    with pytest.raises(ValueError, match=r"got indices from -1 to 0"):
        table.apply(np.array([0, -1]))
    table.apply(np.array([], dtype="int64"))


def test_missing_initializer():
    with pytest.raises(ValueError, match=r"weights_init of /lookuptable is missing"):
        LookupTable(5, 3).initialize()

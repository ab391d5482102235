import numpy as np
import pytest

from brickyard.datasets.array_trees import Joiner, Splitter, TreeError, is_allowed
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing.streams import same

I8 = np.int64
TREES = {
    "an empty array": np.zeros((0, 3)),
    "an array without axes": np.array(3),
    "a column order": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "every second": np.arange(9)[::2],
    "another byte order": np.array([1, 2], ">i4"),
    "texts": np.array(["ab", "c", "é"]),
    "bytes of one length": np.array([b"ab", b"c"]),
    "complex": np.array([1 + 2j], "complex64"),
    "truth": np.array([True, False]),
    "a scalar": np.float16(3),
    "a truth": np.bool_(True),
    "a text scalar": np.str_("é"),
    "not a number": float("nan"),
    "infinity": [float("inf"), -float("inf"), -0.0],
    "plain": [None, True, 3, 10**30, 2.5, "a"],
    "bytes": b"abc",
    "no bytes": b"",
    "a list of bytes": [b"a", b"", b"bc"],
    "nested": [1, [2.5, [np.ones(1)]], (3, ())],
    "a list of arrays": [np.ones((1, 2)), np.ones((3, 2))],
    "arrays without axes": [np.array(1.0), np.array(2.0)],
    "lists of arrays in another order": [np.array([1], ">i4"), np.array([2], ">i4")],
    "mixed arrays": [np.ones(2), np.ones(2, "float32"), np.ones((1, 1))],
    "ragged": ragged([np.ones(2), np.zeros(0)]),
    "ragged and empty": ragged([]),
    "ragged bytes": ragged([b"a", b"bc"]),
    "ragged twice": ragged([ragged([np.ones(2)]), ragged([])]),
    "objects": ragged([1, "a", None, np.ones(2)]),
    "a state": {"epoch": 3, "parts": {"held": np.arange(3)}},
    "marks as keys": {"$array": 0, "b": {"$b": np.ones(1)}},
}


def taken_apart(value):
    splitter = Splitter()
    return splitter.split(value, "it"), splitter.arrays


@pytest.mark.parametrize("name", TREES)
def test_trees_come_back(name):
    tree, arrays = taken_apart(TREES[name])
    back = Joiner(arrays).join(tree)
    assert same(TREES[name], back)
    assert all(is_allowed(array.dtype) for array in arrays)


def test_many_arrays_of_a_kind_are_two():
    for value in ([np.ones(n) for n in range(9)], [b"a"] * 9):
        assert len(taken_apart(value)[1]) == 2
        assert len(taken_apart(ragged(value))[1]) == 2


def test_arrays_of_other_libraries_are_converted():
    class Foreign:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3)

    assert taken_apart(Foreign())[1][0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "source 'x' is an object; only arrays of numbers"),
        (range(3), "source 'x' is a range; only"),
        ([1, {2}], "source 'x' is a set; only"),
        (np.array([[None]]), r"is a ndarray of objects, shape \(1, 1\); only"),
        (np.array([object()]), "source 'x' is an object; only"),
        ({1: 2}, "source 'x' has the key 1, which is not a string"),
        (np.zeros(2, "datetime64[s]"), "has the dtype datetime64.s.; what can be sent"),
        (np.zeros(2, [("a", "i4")]), "source 'x' has the dtype .* Cast"),
        (np.longdouble(1), "source 'x' has the dtype"),
        ([np.zeros(1, "datetime64[s]")], "source 'x' has the dtype"),
    ],
)
def test_other_things_are_refused(value, message):
    with pytest.raises(TypeError, match=message):
        Splitter().split(value, "source 'x'")


def test_deep_trees_are_refused():
    value = []
    for _ in range(70):
        value = [value]
    with pytest.raises(ValueError, match="it is nested more than 64 deep"):
        taken_apart(value)
    with pytest.raises(TreeError, match="it is nested too deep"):
        tree = []
        for _ in range(200):
            tree = [tree]
        Joiner([]).join(tree)


ONE = np.zeros(1)


@pytest.mark.parametrize(
    ("tree", "arrays", "message"),
    [
        ({"$array": 1}, [ONE], "it needs array 1, and there are 1"),
        ({"$array": -1}, [ONE], "it needs array -1"),
        ({"$array": True}, [ONE], "it needs array True"),
        ({"$array": "0"}, [ONE], "it needs array 0"),
        ([{"$array": 0}] * 2, [ONE], "it uses array 0 twice"),
        (3, [ONE], "it uses 1 of its arrays nowhere"),
        ({"$pickle": 0}, [ONE], "it has the unknown mark '.pickle'"),
        ({"$array": 0, "a": 1}, [ONE], "it has the unknown mark '.array'"),
        ({"$scalar": 0}, [ONE], r"a scalar has the shape \(1,\)"),
        ({"$float": 0}, [np.array(1)], "a float has the dtype int64"),
        ({"$bytes": 0}, [ONE], "bytes have the dtype float64"),
        ({"$tuple": 3}, [], "a mark needs a list"),
        ({"$objects": {}}, [], "a mark needs a list"),
        ({"$dict": [["a"]]}, [], "pairs of different keys"),
        ({"$dict": [["a", 1], ["a", 1]]}, [], "pairs of different keys"),
        ({"$dict": 5}, [], "pairs of different keys"),
        ({"$pack": [1]}, [], "a pack needs four"),
        ({"$pack": ["set", "arrays", 0, 1]}, [ONE, ONE], "a pack is of an unknown"),
        ({"$pack": ["list", "arrays", 0, 1]}, [ONE, ONE], "a pack needs data in one"),
    ],
)
def test_trees_that_are_none_are_refused(tree, arrays, message):
    with pytest.raises(TreeError, match=message):
        Joiner(arrays).join(tree)


@pytest.mark.parametrize(
    ("data", "shapes", "message"),
    [
        (np.zeros(3), np.array([[1], [1]]), "do not fit its data"),
        (np.zeros(3), np.array([[-1], [4]]), "make no sense"),
        (np.zeros(0), np.zeros((10**15, 0), I8), "make no sense"),
        (np.zeros(0), np.array([[0, 2**62]]), "make no sense"),
        (np.zeros(1), np.ones((1, 40), I8), "make no sense"),
        (np.zeros(3), np.array([[3]], "int32"), "a pack needs data in one axis"),
    ],
)
def test_packs_that_do_not_fit_are_refused(data, shapes, message):
    with pytest.raises(TreeError, match=message):
        Joiner([data, shapes]).join({"$pack": ["list", "arrays", 0, 1]})


def test_packed_bytes_are_bytes():
    with pytest.raises(TreeError, match="bytes have the dtype float64"):
        Joiner([np.zeros(1), np.array([[1]])]).join({"$pack": ["list", "bytes", 0, 1]})

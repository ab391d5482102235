"""Values of records come back from a database with every bit."""

import math
import sqlite3

import numpy as np
import pytest

from brickyard.training.log.values import decode_value, encode_value

VALUES = [
    None,
    True,
    False,
    7,
    -(2**63),
    2**63,
    0.1,
    -0.0,
    5e-324,
    1.7976931348623157e308,
    math.inf,
    math.nan,
    "test",
    "ünï\0\ud800",
    np.float32(0.1),
    np.float16(0.1),
    np.float64(0.1),
    np.float32(-0.0),
    np.float32(math.nan),
    np.uint64(2**64 - 1),
    np.int8(-3),
    np.bool_(True),
    np.arange(6, dtype="float32").reshape(2, 3),
    np.zeros((0, 2)),
    np.array(1.5),
    [1, {"a": np.ones(2), "b": np.zeros(1, "int8")}, (2.5,)],
]


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float | np.generic):
        return np.asarray(a).tobytes() == np.asarray(b).tobytes()
    return a == b


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_comes_back_through_sqlite(value):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (kind TEXT, value, data BLOB)")
    connection.execute("INSERT INTO t VALUES (?,?,?)", encode_value(value))
    columns = connection.execute("SELECT * FROM t").fetchone()
    connection.close()
    assert same(decode_value(*columns), value)


def test_numbers_can_be_read_by_other_programs():
    assert encode_value(np.float32(0.5)) == ("numpy.float32", 0.5, None)
    assert encode_value(3) == ("int", 3, None)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("pickle", "x", None), "no value of the kind 'pickle'"),
        (("int", "x", None), "'x' is no value of the kind 'int'"),
        (("tree", '{"tree":1,"arrays":{"a":["object",[1]]}}', b""), "is no dtype"),
        (("tree", '{"tree":1,"arrays":{"a":["int8",[1]]}}', b""), "reshape|no place"),
    ],
)
def test_refuses_damage(columns, message):
    with pytest.raises(ValueError, match=message):
        decode_value(*columns)


def test_refuses_other_objects():
    with pytest.raises(TypeError, match="of type object"):
        encode_value(object())

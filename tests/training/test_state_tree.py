"""State trees survive being written, bit for bit, and hostile texts do not."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.training.state_tree import DTYPES, join_state, parse_json, split_state


def same(a, b):
    """Compare types and bits."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return np.float64(a).tobytes() == np.float64(b).tobytes()
    return a == b


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        2**200,
        -0.0,
        math.nan,
        -math.inf,
        5e-324,
        "\0 \ud800 ü",
        (1, [2.5, ("a",)]),
        {"$array": 1, "$dict": {"$float": "x"}},
        {"a/b": np.ones(1), "a": {"b": np.zeros(2)}, "__metadata__": np.ones(3)},
        np.array(2.5),
        np.zeros((0, 3), "float16"),
        np.float32(math.nan),
        np.bool_(False),
        [np.uint64(2**64 - 1), np.int8(-1), np.float16(0.1)],
    ],
)
def test_comes_back_bit_for_bit(value):
    assert same(join_state(*split_state(value)), value)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.floats(width=32).map(np.float32)
    | st.lists(st.integers(-5, 5), max_size=3).map(lambda v: np.array(v, "int16"))
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text("ab/$~", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(trees)
def test_any_tree_comes_back(tree):
    text, arrays = split_state(tree)
    json.loads(text, parse_constant=pytest.fail)
    assert same(join_state(text, arrays), tree)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(dtype):
    value = np.array([0, 1, 1], dtype)
    assert same(join_state(*split_state([value, value[1]])), [value, value[1]])


def test_order_and_byte_order_become_native():
    value = np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3))
    (array,) = split_state({"v": value})[1].values()
    assert array.flags.c_contiguous
    assert array.dtype == np.dtype("float32")
    np.testing.assert_array_equal(array, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [object()]}, "at 'a/0' it has <object"),
        ({"a": {1: 2}}, "at 'a' there is the key 1 of type int"),
        ({"a": np.array(["x"])}, "at 'a' there is one of dtype <U1"),
        ({"a": np.array([1j])}, "one of dtype complex128"),
        (np.array([None]), "at its top there is one of dtype object"),
        (np.complex64(1), "dtype complex64"),
    ],
)
def test_refuses_what_is_no_state(value, message):
    with pytest.raises(TypeError, match=message):
        split_state(value)


def test_refuses_depth():
    deep = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError, match="a state may be nested 64 deep"):
        split_state(deep)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":1,"a":2}', "the key 'a' twice"),
        ('{"a":NaN}', "has NaN, which is not JSON"),
        ("[" * 100_000, "nested too deep|Expecting"),
        ("[" * 200 + "]" * 200, "nested too deep"),
        ('{"$pickle":"gASV"}', "unknown mark '\\$pickle'"),
        ('{"$float":"00","x":1}', "unknown mark"),
        ('{"$float":"0000000000000000"}', "has the finite number 0.0"),
        ('{"$float":"00"}', "stands for 1 bytes instead of 8"),
        ('{"$float":"zz"}', "'zz' is not hexadecimal"),
        ('{"$scalar":["object","00"]}', "unknown dtype 'object'"),
        ('{"$scalar":"float32"}', "needs a dtype and bytes"),
        ('{"$tuple":1}', "needs a list"),
        ('{"$dict":{"a":1}}', "pairs of different keys"),
        ('{"$dict":[["a",1],["a",2]]}', "pairs of different keys"),
        ('{"$array":"W"}', "needs the array 'W', which is not there"),
        ('{"$array":["W"]}', "needs the array"),
        ('{"a":', "Expecting value"),
    ],
)
def test_refuses_hostile_text(text, message):
    with pytest.raises(ValueError, match=message):
        join_state(text, {})


def test_arrays_are_used_exactly_once():
    array = np.ones(1)
    with pytest.raises(ValueError, match="the array 'b' has no place in the state"):
        join_state('{"$array":"a"}', {"a": array, "b": array})
    with pytest.raises(ValueError, match="needs the array 'a'"):
        join_state('[{"$array":"a"},{"$array":"a"}]', {"a": array})


def test_parse_json_refuses_bad_utf8():
    with pytest.raises(ValueError, match="codec can't decode"):
        parse_json(b'"\xff"')

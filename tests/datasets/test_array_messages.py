import json
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from brickyard.datasets import array_messages
from brickyard.datasets.array_messages import (
    VERSION,
    decode_message,
    encode_message,
    frames_of,
)
from brickyard.datasets.exceptions import MessageError
from brickyard.testing.streams import same

fuzz = settings(max_examples=150, deadline=None, derandomize=True)


def on_the_wire(value):
    return [bytes(frame) for frame in encode_message(value)]


def header(tree=None, arrays=(), version=VERSION, **more):
    content = {"brickyard": version, "tree": tree, "arrays": list(arrays), **more}
    return json.dumps(content).encode()


DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="<"),
    hnp.integer_dtypes(endianness=">"),
    hnp.unsigned_integer_dtypes(endianness="="),
    hnp.floating_dtypes(sizes=(16, 32, 64), endianness="="),
    hnp.complex_number_dtypes(sizes=(64, 128), endianness="="),
    hnp.byte_string_dtypes(min_len=1),
    hnp.unicode_string_dtypes(min_len=1),
)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0))
VALUES = st.recursive(
    st.one_of(ARRAYS, st.none(), st.booleans(), st.integers(), st.text(), st.binary()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@fuzz
@given(VALUES)
def test_what_is_sent_arrives(value):
    assert same(value, decode_message(on_the_wire(value)))


def test_arrays_are_sent_without_a_copy_and_arrive_protected():
    array = np.arange(6).reshape(2, 3)
    frame = encode_message(array)[1]
    assert np.shares_memory(frame, array)
    data = bytearray(frame)
    arrived = decode_message([encode_message(array)[0], data])
    assert np.shares_memory(arrived, np.frombuffer(data, np.uint8))
    assert not arrived.flags.writeable


def test_arrays_are_aligned():
    head, frame = on_the_wire(np.arange(3.0))
    shifted = memoryview(b"." + frame)[1:]
    arrived = decode_message([head, shifted])
    assert arrived.flags.aligned
    assert arrived.tolist() == [0, 1, 2]


@fuzz
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_random_frames_are_refused(frames):
    with pytest.raises(MessageError, match="not a message of arrays"):
        decode_message(frames)


MARKS = ["$array", "$scalar", "$float", "$bytes", "$tuple", "$objects", "$pack"]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2**70)
    | st.floats()
    | st.sampled_from([*MARKS, "$dict", "list", "objects", "arrays", "bytes", "<i8"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*MARKS, "$dict", "a"]), inner, max_size=2)
    ),
    max_leaves=12,
)
SPECS = st.lists(
    st.tuples(
        st.sampled_from(["<f8", "|u1", "<i8", "|O", "|V8", "<U2", ">i2", "<M8[s]", "x"])
        | st.text(max_size=4),
        st.lists(st.integers(-1, 2**65) | st.integers(0, 4), max_size=4),
    ).map(list)
    | JUNK,
    max_size=3,
)


@fuzz
@given(JUNK, SPECS, st.lists(st.binary(max_size=64), max_size=3))
def test_headers_of_any_kind_take_little_memory_and_do_not_crash(tree, specs, frames):
    message = [header(tree, specs), *frames]
    size = sum(map(len, message))
    tracemalloc.start()
    try:
        decode_message(message)
    except MessageError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 200_000 + 200 * size


@fuzz
@given(VALUES, st.data())
def test_damaged_messages_are_refused_or_harmless(value, data):
    frames = on_the_wire(value)
    number = data.draw(st.integers(0, len(frames) - 1))
    frame = bytearray(frames[number] or b"{}")
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(place, len(frame)))
    frames[number] = bytes(frame[:end])
    try:
        decode_message(frames)
    except MessageError as error:
        assert "message" in str(error)


SPEC = ["<i8", [2]]


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "it has no frames"),
        ([pickle.dumps([1])], "its first frame is not JSON"),
        ([b"[" * 10**5], "its first frame is not JSON"),
        ([b"[1]"], "its first frame is no JSON object"),
        ([b'{"a":1,"a":2}'], "its header has a key twice"),
        ([b"{}"], "its header lacks what it must have"),
        ([header(more=1)], "its header lacks what it must have"),
        ([header(version="1")], "its header lacks what it must have"),
        ([header(version=2)], "in version 2 of the format, and this is version 1; ins"),
        ([header(), b""], "its header does not tell of the 1 arrays"),
        ([header(arrays=[SPEC])], "its header does not tell of the 0 arrays"),
        ([header(arrays=[7]), b""], "array 0 has no dtype and shape"),
        ([header(arrays=[["<i8", 2]]), b""], "array 0 has no dtype and shape"),
        ([header(arrays=[["|O", [1]]]), b"." * 8], "array 0 is of the dtype '|O'"),
        ([header(arrays=[["|V8", [1]]]), b"." * 8], "array 0 is of the dtype"),
        ([header(arrays=[["<i8,<i8", [1]]]), b""], "array 0 is of the dtype '<i8,<i8'"),
        ([header(arrays=[["i8", [1]]]), b""], "array 0 is of the dtype 'i8'"),
        ([header(arrays=[["|i8", [1]]]), b""], "array 0 is of the dtype"),
        ([header(arrays=[[8, [1]]]), b""], "array 0 is of the dtype '8'"),
        ([header(arrays=[["<q9", [1]]]), b""], "array 0 is of the dtype"),
        ([header(arrays=[["<i8", [-1]]]), b""], r"array 0 has the shape \[-1\]"),
        ([header(arrays=[["<i8", [1] * 40]]), b"." * 8], "array 0 has the shape"),
        ([header(arrays=[["<i8", [2**47] * 2]]), b""], "array 0 has the shape"),
        ([header(arrays=[["<i8", [0, 2**47, 2**47]]]), b""], "array 0 has the shape"),
        ([header(arrays=[SPEC]), b"." * 15], r"has 16 bytes, and its frame 15"),
        ([header(arrays=[SPEC]), b"." * 17], r"has 16 bytes, and its frame 17"),
        ([header({"$array": 1}, [SPEC]), b"." * 16], "it needs array 1"),
        ([header(None, [SPEC]), b"." * 16], "it uses 1 of its arrays nowhere"),
    ],
)
def test_other_messages_are_refused(frames, message):
    with pytest.raises(MessageError, match=message):
        decode_message(frames)


def test_long_messages_are_refused(monkeypatch):
    frames = on_the_wire(np.zeros(10))
    with pytest.raises(MessageError, match=r"has 1\d\d bytes .* limits are 100 and"):
        decode_message(frames, max_bytes=100)
    monkeypatch.setattr(array_messages, "MAX_HEADER_BYTES", 20)
    with pytest.raises(MessageError, match=r"the limits are \d+ and 20"):
        decode_message(frames)
    with pytest.raises(ValueError, match=r"it would be a message of .* make smaller"):
        encode_message(np.zeros(10), "it")


def test_messages_of_many_arrays_are_refused(monkeypatch):
    monkeypatch.setattr(array_messages, "MAX_ARRAYS", 2)
    arrays = [np.zeros(1)] * 3
    with pytest.raises(ValueError, match="in 3 arrays; the limits are"):
        frames_of(None, arrays, "it")
    specs = [["<f8", [1]]] * 3
    with pytest.raises(MessageError, match="it has 3 arrays, the limit is 2"):
        decode_message([header(None, specs), *[b"." * 8] * 3])

import pickle
import struct

import numpy as np
import pytest

from brickyard.datasets.converters.plain_pickle import read_plain_pickle
from brickyard.datasets.exceptions import DatasetFileError

ARRAY = np.arange(12, dtype=np.uint8).reshape(3, 4)


def text(content):
    return b"T" + struct.pack("<i", len(content)) + content


def python2_array(shape, data, code=b"u1"):
    """An array as Python 2 and its numpy wrote it, in protocol 2."""
    return (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85"
        b"U\x01b\x87Rq\x09(K\x01K" + bytes([shape[0]]) + b"K" + bytes([shape[1]])
        + b"\x86cnumpy\ndtype\nq\nU\x02" + code + b"K\x00K\x01\x87Rq\x0b(K\x03U\x01|"
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + text(data) + b"tb"
    )  # fmt: skip


def python2_dictionary(**values):
    items = b"".join(
        b"U" + bytes([len(key)]) + key.encode() + value for key, value in values.items()
    )
    return b"\x80\x02}q\x01(" + items + b"u."


def read(content):
    return read_plain_pickle(content, "batch")


def test_a_dictionary_of_python_2():
    content = python2_dictionary(
        batch_label=b"U\x05batchq\x02",
        labels=b"]q\x05(K\x06M\x10\x27J\xff\xff\xff\xffK\x09e",
        data=python2_array((3, 4), ARRAY.tobytes()),
        filenames=b"]q\x06(U\x05a.pngq\x0ch\x0ceq\x0d",
        one=b"]K\x01a",
    )
    found = read(content)
    assert list(found) == ["batch_label", "labels", "data", "filenames", "one"]
    assert found["batch_label"] == b"batch"
    assert found["labels"] == [6, 10000, -1, 9]
    assert found["data"].dtype == np.uint8
    np.testing.assert_array_equal(found["data"], ARRAY)
    assert found["filenames"] == [b"a.png", b"a.png"]
    assert found["one"] == [1]
    assert read(content)["labels"] == pickle.loads(content, encoding="bytes")[b"labels"]


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("array", [ARRAY, np.asfortranarray(ARRAY), ARRAY[:0]])
def test_dictionaries_of_python_3(protocol, array):
    values = {
        "data": array,
        b"labels": list(range(300)),
        "big": [2**31, -5],
        "names": ["ä", b"b" * 300, "c" * 300],
        "nothing": None,
        "number": 7,
        "empty": [],
    }
    found = read(pickle.dumps(values, protocol))
    np.testing.assert_array_equal(found.pop("data"), array)
    del values["data"]
    values["labels"] = values.pop(b"labels")
    assert found == values


class Hostile:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call


class Plain:
    pass


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize(
    "value",
    [
        Hostile(print, ("run",)),
        Hostile(eval, ("print('run')",)),
        Plain(),
        Plain,
        np.float64(1.5),
        np.zeros(3),
        np.array([{}], dtype=object),
        np.zeros(2, dtype=[("a", "u1")]),
        {"a": {}},
        [[1]],
        [None],
        (1, 2),
        1.5,
        {1},
        2**4000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused(capsys, protocol, value):
    for content in ({"data": value}, value, {"data": [value]}):
        with pytest.raises(DatasetFileError, match="'batch' is a pickle with more th"):
            read(pickle.dumps(content, protocol))
    assert capsys.readouterr().out == ""


def test_odd_escapes_do_not_warn():
    with pytest.raises(DatasetFileError, match="it has the instruction STRING"):
        read(b"S'\\q'\n.")


@pytest.mark.parametrize("protocol", [0, 1, 5])
def test_other_protocols(protocol):
    with pytest.raises(DatasetFileError, match="'batch' is a pickle with more than pl"):
        read(pickle.dumps({"data": ARRAY}, protocol))


def test_messages_name_what_was_found():
    with pytest.raises(DatasetFileError, match=r"it names 'posix.system'; nothing of"):
        read(b"\x80\x02cposix\nsystem\nU\x02ls\x85R.")
    with pytest.raises(DatasetFileError, match=r"it holds a list, not a dictionary"):
        read(b"\x80\x02].")
    with pytest.raises(DatasetFileError, match="it has the key 1; nothing"):
        read(b"\x80\x02}K\x01K\x02s.")
    with pytest.raises(DatasetFileError, match="it has the instruction BINPERSID"):
        read(b"\x80\x02}U\x01aQs.")
    with pytest.raises(DatasetFileError, match=r"it calls numpy\.ndarray"):
        read(b"\x80\x02cnumpy\nndarray\nK\x00\x85R.")
    with pytest.raises(DatasetFileError, match="it calls dict; nothing"):
        read(b"\x80\x02}K\x00\x85R.")
    with pytest.raises(DatasetFileError, match="it gives a dict a state"):
        read(b"\x80\x02}K\x00b.")
    with pytest.raises(DatasetFileError, match="it has an array of type b'O8'"):
        read(python2_dictionary(data=python2_array((1, 1), b"x", code=b"O8")))
    with pytest.raises(DatasetFileError, match="it has a _Global under 'a'"):
        read(b"\x80\x02}U\x01acnumpy\nndarray\ns.")
    with pytest.raises(DatasetFileError, match="it has a list of list under 'a'"):
        read(b"\x80\x02}U\x01a]q\x01h\x01as.")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "exhausted before seeing STOP"),
        (b"<html>", "unknown"),
        (b"\x80\x02.", "not enough values"),
        (b"\x80\x02}}.", "too many values"),
        (b"\x80\x02a.", "lacks its operands"),
        (b"\x80\x02}(a.", "lacks its operands"),
        (b"\x80\x02}K\x01a.", "appended to a dict"),
        (b"\x80\x02]K\x01K\x02s.", "set in a list"),
        (b"\x80\x02}(K\x01u.", r"shorter|zip"),
        (b"\x80\x02e.", "pop from empty list"),
        (b"\x80\x02h\x05.", "5"),
        (b"\x80\x02q\x05.", "index out of range"),
        (b"\x80\x02}]K\x01s.", "unhashable"),
        (b"\x80\x02}U\xffas.", "255 bytes"),
        (b"\x80\x02}T\xff\xff\xff\x7fas.", "2147483647 bytes"),
    ],
)
def test_damaged_programs(content, match):
    with pytest.raises(DatasetFileError, match=f"'batch' is not a pickle.*{match}"):
        read(content)


def test_damaged_arrays():
    with pytest.raises(DatasetFileError, match=r"array of shape \(3, 4\) has 11 bytes"):
        read(python2_dictionary(data=python2_array((3, 4), bytes(11))))
    head = b"\x80\x02}U\x01acnumpy.core.multiarray\n_reconstruct\n)R("
    dtype = b"cnumpy\ndtype\nU\x02u1\x85R"
    with pytest.raises(DatasetFileError, match=r"an array has the shape \(-1,\)"):
        read(head + b"K\x01J\xff\xff\xff\xff\x85" + dtype + b"\x89U\x00tbs.")
    with pytest.raises(DatasetFileError, match="something else than unsigned bytes"):
        read(head + b"K\x01)N\x89U\x01xtbs.")
    with pytest.raises(DatasetFileError, match="an array of records"):
        read(head + b"K\x01)" + dtype + b"(K\x03U\x01|)NNtb\x89U\x01xtbs.")
    with pytest.raises(DatasetFileError, match="'batch' is not a pickle"):
        read(head + b"K\x01tbs.")
    with pytest.raises(DatasetFileError, match="it has a _Array under 'a'"):
        read(b"\x80\x02}U\x01acnumpy.core.multiarray\n_reconstruct\n)Rs.")


def test_truncated_anywhere():
    content = python2_dictionary(data=python2_array((3, 4), ARRAY.tobytes()))
    for keep in range(len(content)):
        with pytest.raises(DatasetFileError, match="is not a pickle, or is truncated"):
            read(content[:keep])


def test_memo_indices_take_no_memory():
    content = b"\x80\x02}r\xff\xff\xff\x7f."
    assert read(content) == {}


def test_any_change_is_plain_data_or_an_error():
    rng = np.random.default_rng(1)
    values = {"data": ARRAY, "labels": [1, 2, 300], "names": ["a", b"b"]}
    contents = [pickle.dumps(values, protocol) for protocol in (2, 3, 4)]
    contents.append(python2_dictionary(data=python2_array((3, 4), ARRAY.tobytes())))
    for number in range(3000):
        content = bytearray(contents[number % 4])
        for position in rng.integers(len(content), size=rng.integers(1, 4)):
            content[position] = rng.integers(256)
        try:
            assert isinstance(read(bytes(content)), dict)
        except DatasetFileError as error:
            assert "'batch'" in str(error)

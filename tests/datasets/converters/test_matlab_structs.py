import io
import struct

import numpy as np
import pytest
from scipy.io import savemat

from brickyard.datasets.converters import matlab_structs
from brickyard.datasets.converters.matlab_structs import read_matlab_structs
from brickyard.datasets.exceptions import DatasetFileError

FIELDS = ["id", "children", "gloss"]
ROWS = [(1, "n1", [], "a thing"), (2, "n22", [3, 4], ""), (300, "n3", [5.5], "blåbær")]


def table(rows=ROWS):
    kinds = [(name, "O") for name in ("id", "wnid", "children", "gloss")]
    found = np.empty((len(rows), 1), kinds)
    for index, row in enumerate(rows):
        found[index, 0] = row
    return found


def mat(compress=True, **variables):
    file = io.BytesIO()
    savemat(file, variables or {"t": table()}, do_compression=compress)
    return file.getvalue()


@pytest.mark.parametrize("compress", [True, False])
def test_rows_come_back(compress):
    content = mat(compress, other=np.eye(2), t=table())
    rows = read_matlab_structs(content, "a.mat", "t", FIELDS)
    assert [row["id"].item() for row in rows] == [1, 2, 300]
    assert [row["children"].ravel().tolist() for row in rows] == [[], [3, 4], [5.5]]
    assert rows[0]["gloss"] == "a thing"
    assert rows[2]["gloss"] == "blåbær"
    assert list(rows[1]) == FIELDS


def test_no_rows():
    assert read_matlab_structs(mat(t=table([])), "a.mat", "t", FIELDS) == []


def test_empty_values():
    content = element(14, struct.pack("<4I", 6, 8, 2, 0) + dims(1, 1) + name(b"t"))
    names = struct.pack("<2Hi", 5, 4, 2) + element(1, b"a\0")
    content = nested(content[8:] + names + struct.pack("<2I", 14, 0))
    (row,) = read_matlab_structs(content, "a.mat", "t", ["a"])
    assert row["a"].shape == (0, 0)


def element(kind, content):
    return struct.pack("<2I", kind, len(content)) + content + bytes(-len(content) % 8)


def dims(*extents):
    return element(5, struct.pack(f"<{len(extents)}i", *extents))


def name(text):
    return element(1, text)


def nested(content):
    header = b"MATLAB 5.0".ljust(124) + b"\0\x01IM"
    return header + element(14, content)


def test_malformed_names_of_fields():
    content = struct.pack("<4I", 6, 8, 2, 0) + dims(1, 1) + name(b"t")
    for width in (0, -1, 257):
        names = struct.pack("<2Hi", 5, 4, width) + element(1, b"a\0")
        with pytest.raises(DatasetFileError, match=f"names of fields have {width} by"):
            read_matlab_structs(nested(content + names), "a.mat", "t", ["a"])


@pytest.mark.parametrize(
    ("variables", "match"),
    [
        ({"u": table()}, r"'a.mat' is trunc.*lacks the array of structs 't'.*are: u"),
        ({"t": np.eye(2)}, r"'a.mat': 't' must be an .* got numbers of the shape \(2"),
        ({"t": "text"}, r"got text of the shape \(1,\)|got text of the shape \(1, 4\)"),
        ({"t": {"ids": 1}}, "'a.mat': the structs 't' lack the field 'id'; did you"),
        (
            {"t": {"id": {"x": 1}, "children": 1, "gloss": 1}},
            "field 'id' must be text or real numbers, it is a struct",
        ),
        (
            {"t": {"id": 1j, "children": 1, "gloss": 1}},
            "field 'id' must be text or real numbers, it is complex numbers",
        ),
    ],
)
def test_other_variables(variables, match):
    with pytest.raises(DatasetFileError, match=match):
        read_matlab_structs(mat(**variables), "a.mat", "t", FIELDS)


def test_many_rows_and_large_fields(monkeypatch):
    monkeypatch.setattr(matlab_structs, "MAX_ROWS", 2)
    with pytest.raises(
        DatasetFileError, match=r"at most 2 structs, got a struct of th"
    ):
        read_matlab_structs(mat(), "a.mat", "t", FIELDS)
    monkeypatch.setattr(matlab_structs, "MAX_ROWS", 3)
    monkeypatch.setattr(matlab_structs, "MAX_FIELD", 30)
    with pytest.raises(DatasetFileError, match="an element has the type 14 and 56 by"):
        read_matlab_structs(mat(), "a.mat", "t", FIELDS)


@pytest.mark.parametrize("compress", [True, False])
def test_truncated_anywhere(compress):
    content = mat(compress)
    for keep in range(0, len(content), 7):
        with pytest.raises(DatasetFileError, match=r"'a.mat' (is not|is trunc)"):
            read_matlab_structs(content[:keep], "a.mat", "t", FIELDS)


def test_any_change_is_rows_or_an_error():
    rng = np.random.default_rng(1)
    contents = [mat(True), mat(False)]
    for _ in range(600):
        content = bytearray(contents[rng.integers(2)])
        for position in rng.integers(100, len(content), rng.integers(1, 4)):
            content[position] = rng.integers(256)
        try:
            rows = read_matlab_structs(bytes(content), "a.mat", "t", FIELDS)
            assert all(list(row) == FIELDS for row in rows)
        except DatasetFileError as error:
            assert "a.mat" in str(error)

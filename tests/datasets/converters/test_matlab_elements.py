import io
import struct

import numpy as np
import pytest
from scipy.io import savemat

from brickyard.datasets.converters.matlab_elements import (
    STRUCT,
    TEXT,
    Damage,
    Elements,
    find_variable,
    naming,
    read_variable,
)
from brickyard.datasets.converters.matlab_streams import Plain
from brickyard.datasets.exceptions import DatasetFileError


def elements(content, order="<"):
    return Elements(Plain(io.BytesIO(content), len(content)), order)


def element(kind, content, order="<"):
    padded = content + bytes(-len(content) % 8)
    return struct.pack(f"{order}2I", kind, len(content)) + padded


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [(2, "latin-1"), (4, "utf-16-le"), (16, "utf-8"), (17, "utf-16-le")],
)
def test_texts(kind, encoding):
    content = element(kind, "blåbær".encode(encoding)) + element(1, b"next")
    found = elements(content)
    assert found.text(20) == "blåbær"
    assert found.read_bytes(1, 4) == b"next"


def test_texts_of_other_machines_and_short_ones():
    assert elements(element(4, "ø".encode("utf-16-be"), ">"), ">").text(4) == "ø"
    assert elements(struct.pack("<I4s", 3 << 16 | 1, b"abc")).text(4) == "abc"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (element(9, bytes(8)), "a text has the type 9 and 8 bytes"),
        (element(16, bytes(9)), "a text has the type 16 and 9 bytes"),
    ],
)
def test_no_texts(content, match):
    with pytest.raises(Damage, match=match):
        elements(content).text(8)


def test_texts_in_no_encoding_are_damage():
    match = r"'a.mat' is not a MATLAB file.*utf-8"
    with pytest.raises(DatasetFileError, match=match), naming("a.mat"):
        elements(element(16, b"\xff\xff")).text(8)


def test_values_must_be_as_many_as_announced():
    content = element(9, np.arange(3.0).tobytes())
    assert elements(content).values(3).tolist() == [0, 1, 2]
    with pytest.raises(Damage, match="2 values of float64 have 24 bytes"):
        elements(content).values(2)


def test_variables_are_found_by_name():
    file = io.BytesIO()
    savemat(file, {"a": "text", "b": {"x": 1}}, do_compression=True)
    file.seek(0)
    found = find_variable(file, "a.mat", "b", "struct")
    assert (found.kind, found.shape, found.description) == (STRUCT, (1, 1), "a struct")
    file.seek(0)
    assert find_variable(file, "a.mat", "a", "text").kind == TEXT
    file.seek(0)
    with pytest.raises(
        DatasetFileError, match=r"'a.mat' is trunc.*lacks the table 'c'.*are: a, b"
    ):
        find_variable(file, "a.mat", "c", "table")


def test_opaque_arrays_are_passed_over():
    assert read_variable(elements(element(6, struct.pack("<2I", 17, 0)))) is None

import gzip

import pytest

from brickyard.datasets.converters.csv_lines import (
    parse_class,
    parse_number,
    read_csv_lines,
)
from brickyard.datasets.exceptions import DatasetFileError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.csv"


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_lines_with_their_numbers(path, compress):
    path.write_bytes(compress(b"|a comment\n1, 2\r\n\n 3 ,\n\n"))
    lines = list(read_csv_lines(path, 2, 2, comment="|"))
    assert lines == [(2, ["1", "2"]), (4, ["3", ""])]


def test_wrong_number_of_fields(path):
    path.write_text("1,2\n3")
    with pytest.raises(
        DatasetFileError, match=r"csv', line 2, must have 2 fields, got"
    ):
        list(read_csv_lines(path, 2, 2))


def test_wrong_number_of_lines(path):
    path.write_text("1,2\n")
    with pytest.raises(
        DatasetFileError, match=r"csv' has 1 lines of data instead of 2"
    ):
        list(read_csv_lines(path, 2, 2))


def test_no_text(path):
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DatasetFileError, match=r"some.csv' is not a text file"):
        list(read_csv_lines(path, 2, 2))


@pytest.mark.parametrize(("field", "number"), [("5", 5), ("-1.5", -1.5), (".5", 0.5)])
def test_numbers(field, number):
    assert parse_number(field, "age", "some.csv", 3) == number


@pytest.mark.parametrize("field", ["", "-", ".", "x", "nan", "1e5", "1_0", "1.2.3"])
def test_other_things_than_numbers(field):
    with pytest.raises(
        DatasetFileError, match=r"'some.csv', line 3: age must be a num"
    ):
        parse_number(field, "age", "some.csv", 3)


def test_classes():
    assert parse_class("b", ("a", "b"), "kind", "some.csv", 3) == 1
    with pytest.raises(
        DatasetFileError, match=r"csv', line 3: unknown kind 'bee'; did you mean 'bees'"
    ):
        parse_class("bee", ("ant", "bees"), "kind", "some.csv", 3)

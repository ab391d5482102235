"""Lines of comma-separated values in original files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from brickyard.datasets.converters.original_files import read_original
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match


def read_csv_lines(
    filename: str | os.PathLike[str],
    num_fields: int,
    num_lines: int,
    *,
    comment: str | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of each line, without the white space around them.

    Parameters
    ----------
    filename
        The file, compressed by gzip or not.
    num_fields
        How many fields each line must have.
    num_lines
        How many lines there must be, empty ones and comments left out.
    comment
        What a line that is a comment starts with; None if there are none.

    Yields
    ------
    tuple
        The number of the line, from 1, and its fields.

    Raises
    ------
    DatasetFileError
        If the file is not text, a line has another number of fields, or there is
        another number of lines.
    """
    try:
        text = read_original(filename).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DatasetFileError(
            f"{str(filename)!r} is not a text file ({error}); fetch it again"
        ) from error
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or (comment is not None and line.startswith(comment)):
            continue
        fields = [field.strip() for field in line.split(",")]
        if len(fields) != num_fields:
            raise DatasetFileError(
                f"{str(filename)!r}, line {number}, must have {num_fields} fields, got "
                f"{len(fields)}; it is truncated, or another file; fetch it again"
            )
        count += 1
        yield number, fields
    if count != num_lines:
        raise DatasetFileError(
            f"{str(filename)!r} has {count} lines of data instead of {num_lines}; it "
            "is truncated, or another file; fetch it again"
        )


def parse_number(
    field: str, name: str, filename: str | os.PathLike[str], line: int
) -> float:
    """Return the number in a field.

    Parameters
    ----------
    field
        The text.
    name
        The name of the field, for the message.
    filename, line
        Where it is, for the message.

    Raises
    ------
    DatasetFileError
        If it is not a finite number in plain digits.

    Examples
    --------
    >>> parse_number("5.1", "sepal length", "iris.data", 1)
    5.1
    """
    digits = field.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        raise DatasetFileError(
            f"{str(filename)!r}, line {line}: {name} must be a number, got {field!r}; "
            "the file is damaged, or another file"
        )
    return float(field)


def parse_class(
    field: str,
    classes: Sequence[str],
    name: str,
    filename: str | os.PathLike[str],
    line: int,
) -> int:
    """Return the position of a class among all of them.

    Parameters
    ----------
    field
        The text.
    classes
        What it may be.
    name
        The name of the field, for the message.
    filename, line
        Where it is, for the message.

    Raises
    ------
    DatasetFileError
        If it is none of the classes.

    Examples
    --------
    >>> parse_class("b", ["a", "b"], "letter", "letters.csv", 1)
    1
    """
    if field not in classes:
        raise DatasetFileError(
            f"{str(filename)!r}, line {line}: unknown {name} {field!r}"
            f"{near_match(field, classes)}"
        )
    return classes.index(field)

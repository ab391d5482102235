"""Tables in MATLAB's files, versions 5 to 7.2: arrays of structs."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterable, Iterator

import numpy as np

from brickyard.datasets.converters.matlab_elements import (
    MATRIX,
    NUMBERS,
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
from brickyard.datasets.names import near_match

MAX_ROWS = 2**16
MAX_FIELD = 2**20
_INT8, _INT32 = 1, 5
_MAX_FIELDS, _MAX_NAME = 64, 256


def read_matlab_structs(
    content: bytes, filename: str, name: str, fields: Iterable[str]
) -> list[dict[str, str | np.ndarray]]:
    """Return an array of structs as a list of rows.

    Parameters
    ----------
    content
        The content of the file.
    filename
        Its name, for messages.
    name
        The name of the array.
    fields
        The fields to return, each of them text or real numbers. The others are passed
        over.

    Returns
    -------
    list
        By field, text as ``str`` and numbers as arrays with at least two axes, in the
        type of the file. Structs come in the order of MATLAB, the first index moving
        fastest.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or has no such array or fields.

    Examples
    --------
    >>> from scipy.io import savemat
    >>> file = io.BytesIO()
    >>> table = np.array([("n01", 5), ("n02", 7)], [("id", "O"), ("count", "O")])
    >>> savemat(file, {"classes": table})
    >>> read_matlab_structs(file.getvalue(), "meta.mat", "classes", ["id", "count"])
    [{'id': 'n01', 'count': array([[5]])}, {'id': 'n02', 'count': array([[7]])}]
    """
    with naming(filename):
        found = find_variable(io.BytesIO(content), filename, name, "array of structs")
        rows = math.prod(found.shape)
        if found.kind != STRUCT or rows > MAX_ROWS:
            raise DatasetFileError(
                f"{filename!r}: {name!r} must be an array of at most {MAX_ROWS} "
                f"structs, got {found.description} of the shape {found.shape}; it is "
                "not a file of this data set"
            )
        there = _field_names(found.content)
        wanted = list(fields)
        for field in wanted:
            if field not in there:
                raise DatasetFileError(
                    f"{filename!r}: the structs {name!r} lack the field {field!r}"
                    f"{near_match(field, there)}"
                )
        table = [dict(_fields(found.content, there, wanted)) for _ in range(rows)]
        found.content.stream.finish()
    return table


def _field_names(content: Elements) -> list[str]:
    length = content.read_bytes(_INT32, 4)
    (width,) = struct.unpack(f"{content.order}i", length)
    if not 0 < width <= _MAX_NAME:
        raise Damage(f"names of fields have {width} bytes")
    names = content.read_bytes(_INT8, width * _MAX_FIELDS)
    starts = range(0, len(names), width)
    return [names[at : at + width].split(b"\0")[0].decode("latin-1") for at in starts]


def _fields(
    content: Elements, there: list[str], wanted: list[str]
) -> Iterator[tuple[str, str | np.ndarray]]:
    for field in there:
        inner = content.read_bytes(MATRIX, MAX_FIELD)
        if field in wanted:
            yield field, _value(inner, content.order, field)


def _value(inner: bytes, order: str, field: str) -> str | np.ndarray:
    if not inner:
        # MATLAB writes nothing at all for an empty array
        return np.zeros((0, 0))
    elements = Elements(Plain(io.BytesIO(inner), len(inner)), order)
    variable = read_variable(elements)
    if variable is not None and variable.kind == TEXT:
        return elements.text(MAX_FIELD)
    if variable is None or variable.kind not in NUMBERS or variable.is_complex:
        what = "something else" if variable is None else variable.description
        raise Damage(f"the field {field!r} must be text or real numbers, it is {what}")
    values = elements.values(math.prod(variable.shape))
    return values.astype(NUMBERS[variable.kind]).reshape(variable.shape, order="F")

"""Arrays of numbers in MATLAB's files, versions 5 to 7.2.

A file is a header of 128 bytes and a sequence of elements, each of them an array,
mostly compressed. An element is a tag, which says its type and size, and its content;
that of an array is made of elements again: flags, extents, name and values. We read
them ourselves, and not with SciPy, because a damaged file can make SciPy's reader bring
down the process.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from brickyard.datasets.converters.matlab_streams import Inflated, Plain
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

MAX_SIZE = 2**32
_HEADER_SIZE = 128
_MATRIX, _COMPRESSED = 14, 15
_INT8, _INT32, _UINT32 = 1, 5, 6
# What values are stored as, by the type of their element.
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
_STORED |= {12: "i8", 13: "u8"}
# What arrays are, by their class.
_NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4"}
_NUMBERS |= {14: "i8", 15: "u8"}
_OTHERS = {1: "cells", 2: "a struct", 3: "an object", 4: "text", 5: "a sparse matrix"}
_OPAQUE = 17
_COMPLEX = 0x0800
_MAX_AXES, _MAX_NAME = 32, 255


@dataclass(frozen=True)
class _Variable:
    name: str
    kind: int
    shape: tuple[int, ...]
    is_complex: bool
    content: _Elements


def matlab_shape(path: str | os.PathLike[str], name: str) -> tuple[int, ...]:
    """Return the shape of an array of numbers in a file, without reading the array.

    Parameters
    ----------
    path
        The file.
    name
        The name of the array.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or has no such array, or one that is too large.
    """
    with Path(path).open("rb") as file:
        try:
            return _find(file, path, name).shape
        except (zlib.error, EOFError, struct.error, _Damage) as error:
            raise _damaged(path, error) from error


def read_matlab_array(path: str | os.PathLike[str], name: str) -> np.ndarray:
    """Return an array of numbers in a file; the other variables are not read.

    Parameters
    ----------
    path
        The file.
    name
        The name of the array.

    Returns
    -------
    numpy.ndarray
        The array, with at least two axes, in the type of the file.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or has no such array, or one that is too large.

    Examples
    --------
    >>> import tempfile
    >>> from scipy.io import savemat
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "labels.mat"
    ...     savemat(path, {"y": [1, 2]})
    ...     read_matlab_array(path, "y")
    array([[1, 2]])
    """
    with Path(path).open("rb") as file:
        try:
            variable = _find(file, path, name)
            values = variable.content.values(math.prod(variable.shape))
            variable.content.stream.finish()
        except (zlib.error, EOFError, struct.error, _Damage) as error:
            raise _damaged(path, error) from error
    values = values.astype(_NUMBERS[variable.kind], copy=False)
    return values.reshape(variable.shape, order="F")


class _Damage(Exception):
    """The file is not as it should be."""


def _damaged(path: str | os.PathLike[str], error: Exception) -> DatasetFileError:
    return DatasetFileError(
        f"{str(path)!r} is not a MATLAB file of version 5 to 7.2, or is truncated or "
        f"damaged ({error}); fetch it again"
    )


def _find(file: BinaryIO, path: str | os.PathLike[str], name: str) -> _Variable:
    names = []
    for variable in _variables(file):
        if variable.name == name:
            break
        names.append(variable.name)
    else:
        raise DatasetFileError(
            f"{str(path)!r} is truncated or of another data set, it lacks the array "
            f"{name!r}{near_match(name, names)}"
        )
    if variable.kind not in _NUMBERS or variable.is_complex:
        kind = "complex numbers" if variable.is_complex else "something else"
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} must be an array of real numbers, got "
            f"{_OTHERS.get(variable.kind, kind)}; it is not a file of this data set"
        )
    size = math.prod(variable.shape) * np.dtype(_NUMBERS[variable.kind]).itemsize
    if size > MAX_SIZE:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} has the shape {variable.shape}, {size} bytes, "
            "more than any original file; the file is damaged"
        )
    return variable


def _variables(file: BinaryIO) -> Iterator[_Variable]:
    header = file.read(_HEADER_SIZE)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None or struct.unpack_from(f"{order}H", header, 124) != (0x0100,):
        raise _Damage("it does not start with the header of one")
    start = _HEADER_SIZE
    total = file.seek(0, os.SEEK_END)
    while start < total:
        file.seek(start)
        tag = file.read(8)
        kind, size = struct.unpack(f"{order}2I", tag)
        start += 8 + size
        if start > total:
            raise EOFError("it ends in the middle of a variable")
        if kind == _COMPRESSED:
            content = _Elements(Inflated(file, size), order)
            kind = content.start()
        else:
            content = _Elements(Plain(file, size), order)
        if kind != _MATRIX:
            raise _Damage(f"it has an element of the type {kind} for an array")
        variable = _variable(content)
        if variable is not None:
            yield variable


def _variable(content: _Elements) -> _Variable | None:
    flags, _ = struct.unpack(f"{content.order}2I", content.read_bytes(_UINT32, 8))
    kind = flags & 0xFF
    if kind == _OPAQUE:
        return None
    extents = content.read_bytes(_INT32, 4 * _MAX_AXES)
    shape = struct.unpack(f"{content.order}{len(extents) // 4}i", extents)
    if len(shape) < 2 or min(shape) < 0:
        raise _Damage(f"an array has the shape {shape}")
    name = content.read_bytes(_INT8, _MAX_NAME).decode("latin-1")
    return _Variable(name, kind, shape, bool(flags & _COMPLEX), content)


class _Elements:
    """Elements one after the other in a stream."""

    def __init__(self, stream: Plain | Inflated, order: str) -> None:
        self.stream = stream
        self.order = order

    def start(self) -> int:
        """Read the tag of an element that fills the stream, and return its type."""
        kind, _ = struct.unpack(f"{self.order}2I", self.stream.read(8))
        return kind

    def read_bytes(self, kind: int, most: int) -> bytes:
        """Read a whole element of a type that has so many bytes at most."""
        found, size, content = self._tag()
        if found != kind or size > most:
            raise _Damage(f"an element has the type {found} and {size} bytes")
        if content is None:
            content = self.stream.read(size)
            self.stream.read(-size % 8)
        return content

    def values(self, count: int) -> np.ndarray:
        """Read an element with so many numbers."""
        kind, size, content = self._tag()
        if kind not in _STORED:
            raise _Damage(f"values have the type {kind}")
        dtype = np.dtype(self.order + _STORED[kind])
        if size != count * dtype.itemsize:
            raise _Damage(f"{count} values of {dtype} have {size} bytes")
        if content is not None:
            return np.frombuffer(content, dtype)
        values = np.empty(count, dtype)
        self.stream.read_into(values.view(np.uint8).data)
        return values

    def _tag(self) -> tuple[int, int, bytes | None]:
        tag = self.stream.read(8)
        kind, size = struct.unpack(f"{self.order}2I", tag)
        if kind >> 16:
            # a small element, which lies in its own tag
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise _Damage(f"a small element has {size} bytes")
            return kind, size, tag[4 : 4 + size]
        return kind, size, None

"""The elements that MATLAB's files of version 5 to 7.2 are made of.

A file is a header of 128 bytes and a sequence of elements, each of them an array,
mostly compressed. An element is a tag, which says its type and size, and its content;
that of an array is made of elements again: flags, extents, name and content. We read
them ourselves, and not with SciPy, because a damaged file can make SciPy's reader bring
down the process.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from brickyard.datasets.converters.matlab_streams import Inflated, Plain
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

MATRIX = 14
STRUCT, TEXT = 2, 4
# What arrays of numbers are, by their class.
NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4"}
NUMBERS |= {14: "i8", 15: "u8"}
_OTHERS = {1: "cells", 2: "a struct", 3: "an object", 4: "text", 5: "a sparse matrix"}
# What values are stored as, by the type of their element.
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
_STORED |= {12: "i8", 13: "u8"}
_ENCODINGS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16"}
_HEADER_SIZE = 128
_COMPRESSED = 15
_INT8, _INT32, _UINT32 = 1, 5, 6
_OPAQUE = 17
_COMPLEX = 0x0800
_MAX_AXES, _MAX_NAME = 32, 255


class Damage(Exception):
    """The file is not as it should be."""


@contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what goes wrong while a file is read into an error that names the file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DatasetFileError
        If the body meets damage.

    Examples
    --------
    >>> with naming("some.mat"):
    ...     raise Damage("an array has the shape (1,)")
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.DatasetFileError: 'some.mat' is not a MATLAB file ...
    """
    try:
        yield
    except (zlib.error, EOFError, struct.error, UnicodeError, Damage) as error:
        raise DatasetFileError(
            f"{str(path)!r} is not a MATLAB file of version 5 to 7.2, or is truncated "
            f"or damaged ({error}); fetch it again"
        ) from error


@dataclass(frozen=True)
class Variable:
    """An array in a file, of which the content is still to be read.

    Parameters
    ----------
    name
        Its name.
    kind
        Its class, such as `STRUCT`.
    shape
        Its extents.
    is_complex
        Whether it holds complex numbers.
    content
        The elements that follow.

    Examples
    --------
    >>> content = Elements(Plain(None, 0), "<")
    >>> Variable("x", 5, (2, 2), False, content).description
    'a sparse matrix'
    """

    name: str
    kind: int
    shape: tuple[int, ...]
    is_complex: bool
    content: Elements

    @property
    def description(self) -> str:
        """What it is, in words."""
        numbers = "complex numbers" if self.is_complex else "numbers"
        known = numbers if self.kind in NUMBERS else "something else"
        return _OTHERS.get(self.kind, known)


def find_variable(
    file: BinaryIO, path: str | os.PathLike[str], name: str, what: str
) -> Variable:
    """Return a variable of a file; the other variables are not read.

    Parameters
    ----------
    file
        The file, open for reading.
    path
        Its name, for messages.
    name
        The name of the variable.
    what
        What the variable should be, for messages.

    Raises
    ------
    DatasetFileError
        If the file has no such variable.
    """
    names = []
    for variable in _variables(file):
        if variable.name == name:
            return variable
        names.append(variable.name)
    raise DatasetFileError(
        f"{str(path)!r} is truncated or of another data set, it lacks the {what} "
        f"{name!r}{near_match(name, names)}"
    )


def _variables(file: BinaryIO) -> Iterator[Variable]:
    header = file.read(_HEADER_SIZE)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None or struct.unpack_from(f"{order}H", header, 124) != (0x0100,):
        raise Damage("it does not start with the header of one")
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
            content = Elements(Inflated(file, size), order)
            kind = content.start()
        else:
            content = Elements(Plain(file, size), order)
        if kind != MATRIX:
            raise Damage(f"it has an element of the type {kind} for an array")
        variable = read_variable(content)
        if variable is not None:
            yield variable


def read_variable(content: Elements) -> Variable | None:
    """Return an array, read up to its name; None if it is not one that is documented.

    Parameters
    ----------
    content
        The elements that it is made of.

    Raises
    ------
    Damage
        If they are not those of an array.
    """
    flags, _ = struct.unpack(f"{content.order}2I", content.read_bytes(_UINT32, 8))
    kind = flags & 0xFF
    if kind == _OPAQUE:
        return None
    extents = content.read_bytes(_INT32, 4 * _MAX_AXES)
    shape = struct.unpack(f"{content.order}{len(extents) // 4}i", extents)
    if len(shape) < 2 or min(shape) < 0:
        raise Damage(f"an array has the shape {shape}")
    name = content.read_bytes(_INT8, _MAX_NAME).decode("latin-1")
    return Variable(name, kind, shape, bool(flags & _COMPLEX), content)


class Elements:
    """Elements one after the other in a stream.

    Parameters
    ----------
    stream
        Their bytes.
    order
        The order of bytes in numbers, ``"<"`` or ``">"``.

    Examples
    --------
    >>> import io
    >>> content = struct.pack("<2I8s", 1, 3, b"abc")
    >>> Elements(Plain(io.BytesIO(content), 16), "<").read_bytes(1, 8)
    b'abc'
    """

    def __init__(self, stream: Plain | Inflated, order: str) -> None:
        self.stream = stream
        self.order = order

    def start(self) -> int:
        """Read the tag of an element that fills the stream, and return its type."""
        kind, _ = struct.unpack(f"{self.order}2I", self.stream.read(8))
        return kind

    def read_bytes(self, kind: int, most: int) -> bytes:
        """Return the content of a whole element.

        Parameters
        ----------
        kind
            The type it must have.
        most
            How many bytes it may have.

        Raises
        ------
        Damage
            If it is another one.
        """
        found, size, content = self._tag()
        if found != kind or size > most:
            raise Damage(f"an element has the type {found} and {size} bytes")
        return self._content(size) if content is None else content

    def text(self, most: int) -> str:
        """Return the characters of an element.

        Parameters
        ----------
        most
            How many bytes it may have.

        Raises
        ------
        Damage
            If it is no text, or longer.
        """
        kind, size, content = self._tag()
        if kind not in _ENCODINGS or size > most:
            raise Damage(f"a text has the type {kind} and {size} bytes")
        content = self._content(size) if content is None else content
        encoding = _ENCODINGS[kind]
        if encoding == "utf-16":
            encoding += "-le" if self.order == "<" else "-be"
        return content.decode(encoding)

    def values(self, count: int) -> np.ndarray:
        """Return the numbers of an element, in the type in which they are stored.

        Parameters
        ----------
        count
            How many there must be.

        Raises
        ------
        Damage
            If there are others.
        """
        kind, size, content = self._tag()
        if kind not in _STORED:
            raise Damage(f"values have the type {kind}")
        dtype = np.dtype(self.order + _STORED[kind])
        if size != count * dtype.itemsize:
            raise Damage(f"{count} values of {dtype} have {size} bytes")
        if content is not None:
            return np.frombuffer(content, dtype)
        values = np.empty(count, dtype)
        self.stream.read_into(values.view(np.uint8).data)
        return values

    def _content(self, size: int) -> bytes:
        content = self.stream.read(size)
        self.stream.read(-size % 8)
        return content

    def _tag(self) -> tuple[int, int, bytes | None]:
        tag = self.stream.read(8)
        kind, size = struct.unpack(f"{self.order}2I", tag)
        if kind >> 16:
            # a small element, which lies in its own tag
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise Damage(f"a small element has {size} bytes")
            return kind, size, tag[4 : 4 + size]
        return kind, size, None

"""Reading text files line by line, from any byte offset where a line starts."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

_NATIVE = "le" if sys.byteorder == "little" else "be"
# Encodings that begin with a byte order mark: what it says, and what holds without it.
_MARKS = {
    "utf-8-sig": {codecs.BOM_UTF8: "utf-8", b"": "utf-8"},
    "utf-16": {
        codecs.BOM_UTF16_LE: "utf-16-le",
        codecs.BOM_UTF16_BE: "utf-16-be",
        b"": f"utf-16-{_NATIVE}",
    },
    "utf-32": {
        codecs.BOM_UTF32_LE: "utf-32-le",
        codecs.BOM_UTF32_BE: "utf-32-be",
        b"": f"utf-32-{_NATIVE}",
    },
}


def check_encoding(encoding: str, owner: str) -> str:
    """Return the canonical name of an encoding whose lines can be told apart.

    Parameters
    ----------
    encoding
        A name that Python knows.
    owner
        Who reads, for the message.

    Raises
    ------
    ValueError
        If Python does not know it, or its line feed is not written with the byte 0A,
        as in EBCDIC.

    Examples
    --------
    >>> check_encoding("latin1", "TextFile")
    'iso8859-1'
    """
    try:
        name = codecs.lookup(encoding).name
        newline = "\n".encode(_MARKS.get(name, {b"": name})[b""])
    except (LookupError, UnicodeError) as error:
        raise ValueError(
            f"{owner} does not know the text encoding {encoding!r} ({error}); see the "
            "list of standard encodings of Python's module codecs"
        ) from error
    if newline.strip(b"\0") != b"\n":
        raise ValueError(
            f"{owner} cannot find the lines of a file in the encoding {encoding!r}, "
            f"which writes a line feed as {newline!r}; convert the file to UTF-8"
        )
    return name


class LineReader:
    r"""Reads the lines of several text files, and can tell and set where it stands.

    Lines end with a line feed, or a carriage return and a line feed, which are left
    out. The encoding must be in its initial state where a line starts; all that
    Python knows are, in well-formed text. A byte order mark is left out where the
    encoding asks for one (``utf-8-sig``, ``utf-16``, ``utf-32``).

    Parameters
    ----------
    paths
        The files, in the order in which they are read.
    encoding
        The name of their encoding, as returned by `check_encoding`.

    Attributes
    ----------
    file : int
        Which file is read, from 0; their number at the end.
    offset : int
        The offset of the next line in it, in bytes.
    line : int
        How many lines of it were read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "text"
    ...     count = path.write_bytes(b"one\ntwo\n")
    ...     reader = LineReader([path], "utf-8")
    ...     print(reader.read_line(), reader.offset)
    ...     reader.close()
    one 4
    """

    def __init__(self, paths: Sequence[Path], encoding: str) -> None:
        self.paths = paths
        self.encoding = encoding
        self.file = self.offset = self.line = 0
        self._handle: BinaryIO | None = None
        self._codec = encoding
        self._newline = b"\n"

    def read_line(self) -> str:
        """Return the next line.

        Raises
        ------
        StopIteration
            After the last line of the last file.
        ValueError
            If a line is not in the encoding.
        OSError
            If a file cannot be read.
        """
        while self.file < len(self.paths):
            raw = self._read_raw(self._handle or self._open())
            if raw:
                text = self._decode(raw)
                self.offset += len(raw)
                self.line += 1
                return text
            self.close()
            self.file += 1
            self.offset = self.line = 0
        raise StopIteration

    def seek(self, file: int, offset: int, line: int) -> None:
        """Go to where a line starts.

        Parameters
        ----------
        file
            Which file, from 0; their number for the end.
        offset
            The offset of the line in the file, in bytes.
        line
            How many lines of the file are before it.

        Raises
        ------
        ValueError
            If no line of the file starts there.
        """
        self.close()
        if file < len(self.paths) and offset:
            self.offset = 0
            self.file = file
            self._check_start(self._open(), offset)
            self.close()
        self.file, self.offset, self.line = file, offset, line

    def close(self) -> None:
        """Close the file; reading on opens it again."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def __del__(self) -> None:
        # an iterator dropped in the middle of an epoch is no leak to warn about
        if getattr(self, "_handle", None) is not None:
            self.close()

    def where(self) -> str:
        """Return which file and line was read last, for messages."""
        return f"{str(self.paths[self.file])!r}, line {self.line}"

    def _open(self) -> BinaryIO:
        handle = self._handle = self.paths[self.file].open("rb")
        start = 0
        if self.encoding in _MARKS:
            head = handle.read(4)
            for mark, codec in _MARKS[self.encoding].items():
                if head.startswith(mark):
                    self._codec, start = codec, len(mark)
                    break
        self._newline = "\n".encode(self._codec)
        self.offset = max(self.offset, start)
        handle.seek(self.offset)
        return handle

    def _read_raw(self, handle: BinaryIO) -> bytes:
        raw = handle.readline()
        width = len(self._newline)
        if width == 1:
            return raw
        # the byte 0A may also be a part of another character
        while raw:
            raw += handle.read(-len(raw) % width)
            if raw.endswith(self._newline):
                break
            more = handle.readline()
            if not more:
                break
            raw += more
        return raw

    def _decode(self, raw: bytes) -> str:
        try:
            text = raw.decode(self._codec)
        except UnicodeError as error:
            self.close()
            raise ValueError(
                f"{str(self.paths[self.file])!r}, line {self.line + 1}, is not in the "
                f"encoding {self.encoding!r} ({error}); pass the right encoding"
            ) from error
        return text.removesuffix("\n").removesuffix("\r")

    def _check_start(self, handle: BinaryIO, offset: int) -> None:
        first = handle.tell()
        size = handle.seek(0, 2)
        handle.seek(max(first, offset - len(self._newline)))
        before = handle.read(len(self._newline))
        starts = offset in (first, size) or before == self._newline
        if offset < first or offset > size or not starts:
            raise ValueError(
                f"no line of {str(self.paths[self.file])!r} starts at byte {offset} of "
                f"{size}; the file has changed since the state was saved"
            )

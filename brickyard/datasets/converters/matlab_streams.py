"""The bytes of one element of a MATLAB file, as they are or decompressed."""

from __future__ import annotations

import zlib
from typing import BinaryIO

_CHUNK = 2**20
# Elements are padded to a multiple of eight bytes.
_MAX_PADDING = 8


class Plain:
    """Bytes of a file, from where it stands, up to an end.

    Parameters
    ----------
    file
        The file.
    size
        How many bytes there are.

    Examples
    --------
    >>> import io
    >>> Plain(io.BytesIO(b"abcdef"), 4).read(3)
    b'abc'
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.left = size

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Parameters
        ----------
        size
            How many.

        Raises
        ------
        EOFError
            If there are not so many.
        """
        self._take(size)
        content = self.file.read(size)
        if len(content) < size:
            raise EOFError("the file ends too early")
        return content

    def read_into(self, place: memoryview) -> None:
        """Fill a place in memory with the next bytes.

        Parameters
        ----------
        place
            Bytes that can be written to.

        Raises
        ------
        EOFError
            If there are not so many.
        """
        self._take(len(place))
        done = 0
        while done < len(place):
            chunk = self.file.read(min(_CHUNK, len(place) - done))
            if not chunk:
                raise EOFError("the file ends too early")
            place[done : done + len(chunk)] = chunk
            done += len(chunk)

    def finish(self) -> None:
        """Raise unless all was read, but for padding.

        Raises
        ------
        EOFError
            If there is more.
        """
        if self.left >= _MAX_PADDING:
            raise EOFError("an element goes on after its end")

    def _take(self, size: int) -> None:
        if size > self.left:
            raise EOFError("an element ends too early")
        self.left -= size


class Inflated:
    """The decompressed bytes of a part of a file.

    Parameters
    ----------
    file
        The file, which stands where the part begins.
    size
        How many compressed bytes there are.

    Examples
    --------
    >>> import io
    >>> content = zlib.compress(b"abc")
    >>> Inflated(io.BytesIO(content), len(content)).read(2)
    b'ab'
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.left = size
        self._decompressor = zlib.decompressobj()
        self._input = b""

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Parameters
        ----------
        size
            How many.

        Raises
        ------
        EOFError
            If there are not so many.
        zlib.error
            If they cannot be decompressed.
        """
        place = bytearray(size)
        self.read_into(memoryview(place))
        return bytes(place)

    def read_into(self, place: memoryview) -> None:
        """Fill a place in memory with the next bytes.

        Parameters
        ----------
        place
            Bytes that can be written to.

        Raises
        ------
        EOFError
            If there are not so many.
        zlib.error
            If they cannot be decompressed.
        """
        done = 0
        while done < len(place):
            chunk = self._some(min(_CHUNK, len(place) - done))
            if not chunk:
                raise EOFError("an element ends too early")
            place[done : done + len(chunk)] = chunk
            done += len(chunk)

    def finish(self) -> None:
        """Raise unless all was read, but for padding, and the checksum is right.

        Raises
        ------
        EOFError
            If there is more, or the checksum is missing.
        zlib.error
            If the checksum is wrong.
        """
        padding = 0
        while padding < _MAX_PADDING and (chunk := self._some(_MAX_PADDING)):
            padding += len(chunk)
        if padding >= _MAX_PADDING or not self._decompressor.eof:
            raise EOFError("an element does not end where it should")

    def _some(self, most: int) -> bytes:
        while not self._decompressor.eof:
            if not self._input and self.left:
                self._input = self.file.read(min(_CHUNK, self.left))
                self.left -= len(self._input)
                if not self._input:
                    raise EOFError("the file ends too early")
            ended = not self._input
            chunk = self._decompressor.decompress(self._input, most)
            self._input = self._decompressor.unconsumed_tail
            if chunk or ended:
                return chunk
        return b""

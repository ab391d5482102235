"""The container of a checkpoint: a zip file with exactly one valid form.

Members are stored without compression one after the other, with sizes in the 64-bit
fields, a fixed date and nothing in between, before or after. The same members give
the same bytes, any zip program opens the file, and a reader can compare every byte
that is not a member's content with what it has to be.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from brickyard.training.checkpoint.files import Write
from brickyard.training.errors import CheckpointError

MAX_MEMBERS = 64
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_TAIL_BYTES = _END64.size + _LOCATOR.size + _END.size
_VERSION = 45  # of the zip format: the one with 64-bit fields
_DATE = 0x21  # 1 January 1980, the first day there is
_IN_EXTRA = 0xFFFFFFFF
_LOCAL_EXTRA = struct.Struct("<2H2Q")
_CENTRAL_EXTRA = struct.Struct("<2H3Q")


@dataclass(frozen=True)
class Member:
    """One member of an archive.

    Parameters
    ----------
    name
        Its name, in ASCII.
    size
        Its size in bytes.
    checksum
        The CRC-32 of its content.
    offset
        Where its header begins, in bytes from the start of the file.
    """

    name: str
    size: int
    checksum: int
    offset: int

    @property
    def start(self) -> int:
        """Where the content begins, in bytes from the start of the file."""
        return self.offset + _LOCAL.size + len(self.name) + _LOCAL_EXTRA.size

    def local_header(self) -> bytes:
        """Return the bytes before the content."""
        name = self.name.encode("ascii")
        header = _LOCAL.pack(
            *(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, self.checksum),
            *(_IN_EXTRA, _IN_EXTRA, len(name), _LOCAL_EXTRA.size),
        )
        return header + name + _LOCAL_EXTRA.pack(1, 16, self.size, self.size)

    def directory_entry(self) -> bytes:
        """Return the member's entry in the directory at the end."""
        name = self.name.encode("ascii")
        entry = _CENTRAL.pack(
            *(b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DATE, self.checksum),
            *(_IN_EXTRA, _IN_EXTRA, len(name), _CENTRAL_EXTRA.size),
            *(0, 0, 0, 0, _IN_EXTRA),
        )
        extra = _CENTRAL_EXTRA.pack(1, 24, self.size, self.size, self.offset)
        return entry + name + extra


def directory(members: Sequence[Member]) -> bytes:
    """Return the bytes behind the last member.

    Parameters
    ----------
    members
        All members in their order.
    """
    entries = b"".join(member.directory_entry() for member in members)
    start = members[-1].start + members[-1].size if members else 0
    count = len(members)
    return b"".join(
        (
            entries,
            _END64.pack(
                *(b"PK\x06\x06", _END64.size - 12, _VERSION, _VERSION, 0, 0),
                *(count, count, len(entries), start),
            ),
            _LOCATOR.pack(b"PK\x06\x07", 0, start + len(entries), 1),
            _END.pack(*(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, _IN_EXTRA, _IN_EXTRA, 0)),
        )
    )


class ArchiveWriter:
    """Write an archive member by member.

    Parameters
    ----------
    write
        Takes the bytes of the archive in order.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._members: list[Member] = []
        self._offset = 0

    def add(self, name: str, content: bytes) -> None:
        """Append a member.

        Parameters
        ----------
        name
            Its name.
        content
            All of its content.
        """
        member = Member(name, len(content), zlib.crc32(content), self._offset)
        self._write(member.local_header())
        self._write(content)
        self._members.append(member)
        self._offset = member.start + member.size

    def finish(self) -> None:
        """Write the directory."""
        self._write(directory(self._members))


def read_members(file: BinaryIO, path: str) -> list[Member]:
    """Read the directory and check every byte that is not content.

    Parameters
    ----------
    file
        The archive, open for reading.
    path
        Its name for messages.

    Returns
    -------
    list of Member
        The members in their order.

    Raises
    ------
    CheckpointError
        If a byte differs from what it must be.
    """
    size = os.fstat(file.fileno()).st_size
    if size < _TAIL_BYTES:
        raise CheckpointError(
            f"{path} has {size} bytes, too few for a checkpoint; it is truncated or no "
            "checkpoint of brickyard"
        )
    tail = _read_at(file, size - _TAIL_BYTES, _TAIL_BYTES)
    signature, *_, count, length, start = _END64.unpack(tail[: _END64.size])
    if (
        signature != b"PK\x06\x06"
        or count > MAX_MEMBERS
        or start + length + _TAIL_BYTES != size
    ):
        raise CheckpointError(
            f"{path} does not end as a checkpoint ends; it is truncated, has something "
            "appended, or is no checkpoint of brickyard"
        )
    members = _parse_entries(_read_at(file, start, length), count, path)
    offset = 0
    for member in members:
        header = _read_at(file, member.offset, member.start - member.offset)
        if member.offset != offset or header != member.local_header():
            raise CheckpointError(
                f"{path} is altered: the header of its member {member.name!r} is not "
                "what it must be"
            )
        offset = member.start + member.size
    if offset != start or _read_at(file, start, size) != directory(members):
        raise CheckpointError(f"{path} is altered in its directory of members")
    if len({member.name for member in members}) < len(members):
        raise CheckpointError(f"{path} is altered: two of its members share a name")
    return members


def read_content(file: BinaryIO, member: Member, path: str) -> bytes:
    """Read the content of a member and check its checksum.

    Parameters
    ----------
    file
        The archive, open for reading.
    member
        One that `read_members` has returned.
    path
        The archive's name for messages.

    Raises
    ------
    CheckpointError
        If the content is not the one that was written.
    """
    content = _read_at(file, member.start, member.size)
    checksum = zlib.crc32(content)
    if checksum != member.checksum:
        raise CheckpointError(
            f"{path} is altered: the member {member.name!r} has the CRC-32 "
            f"{checksum:08x}, its directory expects {member.checksum:08x}"
        )
    return content


def _parse_entries(data: bytes, count: int, path: str) -> list[Member]:
    members = []
    position = 0
    for _ in range(count):
        fixed = data[position : position + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            raise CheckpointError(f"{path} is altered: its directory is cut short")
        fields = _CENTRAL.unpack(fixed)
        length = min(fields[10], 255)
        begin = position + _CENTRAL.size
        end = begin + length
        extra = data[end : end + _CENTRAL_EXTRA.size]
        name = data[begin:end]
        if len(extra) < _CENTRAL_EXTRA.size or not name.isascii():
            raise CheckpointError(f"{path} is altered in its directory of members")
        _, _, size, _, offset = _CENTRAL_EXTRA.unpack(extra)
        members.append(Member(name.decode("ascii"), size, fields[7], offset))
        position = end + _CENTRAL_EXTRA.size
    return members


def _read_at(file: BinaryIO, offset: int, length: int) -> bytes:
    # Sizes come from the file itself: never ask for more than is there.
    size = os.fstat(file.fileno()).st_size
    if offset > size:
        return b""
    file.seek(offset)
    return file.read(min(length, size - offset))

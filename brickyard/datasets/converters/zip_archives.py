"""Members of zip archives, read in memory and never extracted."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from brickyard.datasets.converters.archives import (
    MAX_MEMBER_SIZE,
    MAX_MEMBERS,
    MAX_TOTAL_SIZE,
    plain_name,
    refusal,
)
from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.exceptions import DatasetFileError

_CHUNK = 2**20
_MAX_DIRECTORY = 2**27
_ENCRYPTED = 1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KINDS = (0, stat.S_IFREG)
# What comes before the content of a member, without its name.
_HEADER_SIZE = 30


def zip_names(
    path: str | os.PathLike[str], *, max_total_size: int = MAX_TOTAL_SIZE
) -> list[str]:
    """Return the names of the files in a zip archive.

    The archive is refused if it has anything but files and folders with relative names,
    two files of one name, or files that overlap.

    Parameters
    ----------
    path
        The archive.
    max_total_size
        How large it may be when decompressed, in bytes.

    Raises
    ------
    DatasetFileError
        If it is no such archive, or has something that it should not.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "letters.zip"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("letters/a.txt", "abc")
    ...     zip_names(path)
    ['letters/a.txt']
    """
    with _open(path) as archive:
        return list(_checked_members(archive, path, max_total_size))


def iterate_zip(
    path: str | os.PathLike[str],
    is_wanted: Callable[[str], bool],
    *,
    max_member_size: int = MAX_MEMBER_SIZE,
    max_total_size: int = MAX_TOTAL_SIZE,
) -> Iterator[tuple[str, bytes]]:
    """Yield files in a zip archive one after the other.

    Parameters
    ----------
    path
        The archive.
    is_wanted
        Called once with the name of each file, whether to read it.
    max_member_size
        How large each of them may be, in bytes.
    max_total_size
        As in `zip_names`.

    Yields
    ------
    tuple
        The name of a file and its content.

    Raises
    ------
    DatasetFileError
        As in `zip_names`, or if a file is damaged; some may have been yielded before.
    """
    with _open(path) as archive:
        members = _checked_members(archive, path, max_total_size)
        total = sum(member.compress_size for member in members.values())
        with track_progress(Path(path).name, total, "B") as advance:
            for name, member in members.items():
                if is_wanted(name):
                    yield name, _read(archive, member, path, max_member_size)
                advance(member.compress_size)


@contextmanager
def _open(path: str | os.PathLike[str]) -> Iterator[zipfile.ZipFile]:
    with Path(path).open("rb") as file:
        limited: Any = _LimitedReader(file, path)
        try:
            with zipfile.ZipFile(limited) as archive:
                yield archive
        except DatasetFileError:
            raise
        # of zipfile: damage, methods it does not know, and positions before the start
        except (
            EOFError,
            NotImplementedError,
            OSError,
            ValueError,
            struct.error,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise DatasetFileError(
                f"{str(path)!r} is not a zip archive, or is truncated or damaged "
                f"({error}); fetch it again"
            ) from error


def _checked_members(
    archive: zipfile.ZipFile, path: str | os.PathLike[str], max_total_size: int
) -> dict[str, zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise refusal(path, f"has more than {MAX_MEMBERS} members")
    if sum(member.file_size for member in members) > max_total_size:
        raise refusal(path, f"has more than {max_total_size} bytes when unpacked")
    _check_places(members, path, archive.start_dir)
    files: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        # the name that zipfile gives has slashes for the separators of this system
        name = plain_name(member.orig_filename, path)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.is_dir() and kind in (0, stat.S_IFDIR):
            continue
        if member.is_dir() or kind not in _KINDS:
            raise refusal(
                path,
                f"has the member {member.orig_filename!r}, a link or other special "
                "file",
            )
        if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
            raise refusal(
                path, f"has the member {name!r}, encrypted or compressed by other means"
            )
        if name in files:
            raise refusal(path, f"has two files named {name!r}")
        files[name] = member
    return files


def _check_places(
    members: list[zipfile.ZipInfo], path: str | os.PathLike[str], end: int
) -> None:
    # many members with one content are how a small archive becomes large
    for member in sorted(members, key=lambda each: each.header_offset, reverse=True):
        length = len(member.orig_filename) + member.compress_size
        if member.header_offset + _HEADER_SIZE + length > end:
            raise refusal(
                path,
                f"has the member {member.orig_filename!r}, which overlaps the next one",
            )
        end = member.header_offset


def _read(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    path: str | os.PathLike[str],
    max_size: int,
) -> bytes:
    name = member.orig_filename
    if member.file_size > max_size:
        raise refusal(
            path,
            f"announces {member.file_size} bytes for {name!r}, which may have "
            f"{max_size}",
        )
    with archive.open(member) as file:
        content = b"".join(iter(lambda: file.read(_CHUNK), b""))
    if len(content) != member.file_size:
        raise refusal(path, f"ends in the middle of {name!r}")
    return content


class _LimitedReader:
    """What zipfile reads from; refuses to read a lot at once."""

    def __init__(self, file: IO[bytes], path: str | os.PathLike[str]) -> None:
        self.file = file
        self.path = path
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        # zipfile reads the table of contents at once, and members in chunks
        if size > _MAX_DIRECTORY:
            raise refusal(self.path, f"has a table of contents of {size} bytes")
        return self.file.read(size)

"""Members of tar archives, read in memory and never extracted."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from brickyard.datasets.converters.original_files import GZIP_MAGIC
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

MAX_MEMBER_SIZE = 2**30
MAX_TOTAL_SIZE = 2**33
MAX_MEMBERS = 2**20
_CHUNK = 2**20


def read_archive_members(
    path: str | os.PathLike[str],
    names: Collection[str],
    *,
    max_member_size: int = MAX_MEMBER_SIZE,
    max_total_size: int = MAX_TOTAL_SIZE,
) -> dict[str, bytes]:
    """Return the content of files in a tar archive, which may be compressed by gzip.

    The whole archive is walked through, and refused if it has anything but files and
    folders with relative names, or two files of one name.

    Parameters
    ----------
    path
        The archive.
    names
        The files to read, with their folders, separated by ``/``.
    max_member_size
        How large each of them may be, in bytes.
    max_total_size
        How large the archive may be when decompressed, in bytes.

    Returns
    -------
    dict
        Content by name.

    Raises
    ------
    DatasetFileError
        If it is no such archive, is truncated or damaged, lacks a file, or has
        something that it should not.

    Examples
    --------
    >>> import io, tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "letters.tar"
    ...     with tarfile.open(path, "w") as archive:
    ...         member = tarfile.TarInfo("letters/a.txt")
    ...         member.size = 3
    ...         archive.addfile(member, io.BytesIO(b"abc"))
    ...     read_archive_members(path, ["letters/a.txt"])
    {'letters/a.txt': b'abc'}
    """
    wanted = set(names)
    seen: list[str] = []

    def is_wanted(name: str) -> bool:
        seen.append(name)
        return name in wanted

    found = dict(
        iterate_archive(
            path,
            is_wanted,
            max_member_size=max_member_size,
            max_total_size=max_total_size,
        )
    )
    for name in names:
        if name not in found:
            raise _refusal(path, f"lacks the file {name!r}{near_match(name, seen)}")
    return found


def iterate_archive(
    path: str | os.PathLike[str],
    is_wanted: Callable[[str], bool],
    *,
    max_member_size: int = MAX_MEMBER_SIZE,
    max_total_size: int = MAX_TOTAL_SIZE,
) -> Iterator[tuple[str, bytes]]:
    """Yield files in a tar archive one after the other, as `read_archive_members`.

    Parameters
    ----------
    path
        The archive.
    is_wanted
        Called once with the name of each file, whether to read it.
    max_member_size, max_total_size
        As in `read_archive_members`.

    Yields
    ------
    tuple
        The name of a file and its content.

    Raises
    ------
    DatasetFileError
        As in `read_archive_members`. An archive may turn out to be damaged after some
        files of it were yielded.
    """
    seen: set[str] = set()
    with Path(path).open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        stream: Any = gzip.GzipFile(fileobj=file) if compressed else file
        limited: Any = _LimitedReader(stream, path, max_total_size)
        try:
            with tarfile.open(fileobj=limited, mode="r:") as archive:
                for name, member in _checked_members(archive, path):
                    if name in seen:
                        raise _refusal(path, f"has two files named {name!r}")
                    seen.add(name)
                    if is_wanted(name):
                        yield name, _read(archive, member, path, max_member_size)
            # gzip verifies its checksum at the very end
            while compressed and limited.read(_CHUNK):
                continue
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DatasetFileError(
                f"{str(path)!r} is not a tar archive, or is truncated or damaged "
                f"({error}); fetch it again"
            ) from error


def _refusal(path: str | os.PathLike[str], reason: str) -> DatasetFileError:
    return DatasetFileError(f"the archive {str(path)!r} {reason}; fetch it again")


def _checked_members(
    archive: tarfile.TarFile, path: str | os.PathLike[str]
) -> Iterator[tuple[str, tarfile.TarInfo]]:
    for count, member in enumerate(archive):
        if count >= MAX_MEMBERS:
            raise _refusal(path, f"has more than {MAX_MEMBERS} members")
        pure = PurePosixPath(member.name)
        windows = "\\" in member.name or ":" in member.name
        if pure.is_absolute() or ".." in pure.parts or windows:
            raise _refusal(path, f"has the member {member.name!r}, an unsafe name")
        plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
        if member.isdir():
            continue
        if not plain or member.issparse():
            raise _refusal(
                path, f"has the member {member.name!r}, a link or other special file"
            )
        yield str(pure), member


def _read(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: str | os.PathLike[str],
    max_size: int,
) -> bytes:
    if member.size > max_size:
        raise _refusal(
            path,
            f"announces {member.size} bytes for {member.name!r}, which may have "
            f"{max_size}",
        )
    file = archive.extractfile(member)
    if file is None:
        raise _refusal(path, f"has no content for {member.name!r}")
    with file:
        content = b"".join(iter(lambda: file.read(_CHUNK), b""))
    if len(content) != member.size:
        raise _refusal(path, f"ends in the middle of {member.name!r}")
    return content


class _LimitedReader:
    """What tarfile reads from; refuses to read a lot at once, or to go far."""

    def __init__(
        self, stream: IO[bytes], path: str | os.PathLike[str], max_total_size: int
    ) -> None:
        self.stream = stream
        self.path = path
        self.max_total_size = max_total_size

    def read(self, size: int = -1) -> bytes:
        # members are read in chunks; only a header could ask for more
        if not 0 <= size <= 2 * _CHUNK:
            raise _refusal(self.path, f"has a header of {size} bytes")
        self._check(self.stream.tell() + size)
        return self.stream.read(size)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        self._check(position)
        return self.stream.seek(position, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def _check(self, position: int) -> None:
        # tarfile looks for headers beyond the end, hence a little more
        if position > self.max_total_size + 2 * _CHUNK:
            raise _refusal(
                self.path, f"has more than {self.max_total_size} bytes when unpacked"
            )

"""Members of tar archives, read in memory and never extracted."""

from __future__ import annotations

import gzip
import itertools
import os
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from brickyard.datasets.converters.original_files import GZIP_MAGIC
from brickyard.datasets.converters.progress import open_tracked
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
    ...     path = f"{directory}/letters.tar"
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
            raise refusal(path, f"lacks the file {name!r}{near_match(name, seen)}")
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
    with _open(path, max_total_size) as archive:
        for name, member in _checked_members(archive, path):
            if is_wanted(name):
                yield name, _read(archive, member, path, max_member_size)


def iterate_nested_archives(
    path: str | os.PathLike[str], *, max_total_size: int = MAX_TOTAL_SIZE
) -> Iterator[NestedArchive]:
    """Yield the archives in an archive of archives, to be read in place.

    Parameters
    ----------
    path
        The archive. All files in it must be archives themselves, not compressed.
    max_total_size
        How large it may be when decompressed, in bytes.

    Yields
    ------
    NestedArchive
        An archive, to be read before the next one is asked for.

    Raises
    ------
    DatasetFileError
        As in `read_archive_members`.
    """
    with _open(path, max_total_size) as archive:
        for name, member in _checked_members(archive, path):
            yield NestedArchive(archive, member, name, f"{path}:{name}")


@dataclass(frozen=True)
class NestedArchive:
    """An archive within an archive.

    Parameters
    ----------
    outer
        The archive that it is in.
    member
        Where it is there.
    name
        Its name there.
    path
        Its name with that of the outer archive, for messages.

    Examples
    --------
    >>> import io, tempfile
    >>> inner, member = io.BytesIO(), tarfile.TarInfo("letters.tar")
    >>> with tarfile.open(fileobj=inner, mode="w") as archive:
    ...     archive.addfile(tarfile.TarInfo("a.txt"))
    >>> member.size = inner.tell()
    >>> count = inner.seek(0)
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = f"{directory}/all.tar"
    ...     with tarfile.open(path, "w") as archive:
    ...         archive.addfile(member, inner)
    ...     [(each.name, list(each.files())) for each in iterate_nested_archives(path)]
    [('letters.tar', [('a.txt', b'')])]
    """

    outer: tarfile.TarFile
    member: tarfile.TarInfo
    name: str
    path: str

    def names(self) -> list[str]:
        """Return the names of the files in it.

        Raises
        ------
        DatasetFileError
            As in `read_archive_members`.
        """
        return [name for name, _ in self._files(with_content=False)]

    def files(
        self, max_member_size: int = MAX_MEMBER_SIZE
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files in it, name and content.

        Parameters
        ----------
        max_member_size
            How large each of them may be, in bytes.

        Raises
        ------
        DatasetFileError
            As in `read_archive_members`.
        """
        yield from self._files(with_content=True, max_member_size=max_member_size)

    def _files(
        self, with_content: bool, max_member_size: int = MAX_MEMBER_SIZE
    ) -> Iterator[tuple[str, bytes]]:
        stream = self.outer.extractfile(self.member)
        if stream is None:
            raise refusal(self.path, "has no content")
        with stream, _walk(stream, self.path, self.member.size) as archive:
            for name, member in _checked_members(archive, self.path):
                content = b""
                if with_content:
                    content = _read(archive, member, self.path, max_member_size)
                yield name, content


def archive_names(
    path: str | os.PathLike[str], *, max_total_size: int = MAX_TOTAL_SIZE
) -> list[str]:
    """Return the names of the files in a tar archive.

    Parameters
    ----------
    path
        The archive.
    max_total_size
        How large it may be when decompressed, in bytes.

    Raises
    ------
    DatasetFileError
        As in `read_archive_members`.
    """
    with _open(path, max_total_size) as archive:
        return [name for name, _ in _checked_members(archive, path)]


@contextmanager
def _open(
    path: str | os.PathLike[str], max_total_size: int
) -> Iterator[tarfile.TarFile]:
    with open_tracked(path) as file:
        compressed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        stream: Any = gzip.GzipFile(fileobj=file) if compressed else file
        with _walk(stream, path, max_total_size) as archive:
            yield archive
            # gzip verifies its checksum at the very end
            while compressed and archive.fileobj.read(_CHUNK):
                continue


@contextmanager
def _walk(
    stream: IO[bytes], path: str | os.PathLike[str], max_total_size: int
) -> Iterator[tarfile.TarFile]:
    limited: Any = _LimitedReader(stream, path, max_total_size)
    try:
        with tarfile.open(fileobj=limited, mode="r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetFileError(
            f"{str(path)!r} is not a tar archive, or is truncated or damaged "
            f"({error}); fetch it again"
        ) from error


def refusal(path: str | os.PathLike[str], reason: str) -> DatasetFileError:
    """Return the error to raise for an archive that is not to be read.

    Parameters
    ----------
    path
        The archive.
    reason
        What it has, or lacks.

    Examples
    --------
    >>> str(refusal("a.tar", "has two files named 'b'"))
    "the archive 'a.tar' has two files named 'b'; fetch it again"
    """
    return DatasetFileError(f"the archive {str(path)!r} {reason}; fetch it again")


def plain_name(name: str, path: str | os.PathLike[str]) -> str:
    """Return the name of a member without dots at its start, or raise if it is unsafe.

    Parameters
    ----------
    name
        The name as it is in the archive.
    path
        The archive.

    Raises
    ------
    DatasetFileError
        If the name is absolute, leads out of a folder, or could do so on some system.

    Examples
    --------
    >>> plain_name("./f/a", "a.tar")
    'f/a'
    """
    pure = PurePosixPath(name)
    odd = any(character in name for character in "\\:\0")
    if pure.is_absolute() or ".." in pure.parts or odd:
        raise refusal(path, f"has the member {name!r}, an unsafe name")
    return str(pure)


def _checked_members(
    archive: tarfile.TarFile, path: str | os.PathLike[str]
) -> Iterator[tuple[str, tarfile.TarInfo]]:
    seen: set[str] = set()
    for count in itertools.count():
        member = archive.next()
        if member is None:
            return
        # tarfile would keep all of them in memory
        archive.members = []  # type: ignore[attr-defined]
        if count >= MAX_MEMBERS:
            raise refusal(path, f"has more than {MAX_MEMBERS} members")
        name = plain_name(member.name, path)
        if member.isdir():
            continue
        plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
        if not plain or member.issparse():
            raise refusal(
                path, f"has the member {member.name!r}, a link or other special file"
            )
        if name in seen:
            raise refusal(path, f"has two files named {name!r}")
        seen.add(name)
        yield name, member


def _read(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: str | os.PathLike[str],
    max_size: int,
) -> bytes:
    if member.size > max_size:
        raise refusal(
            path,
            f"announces {member.size} bytes for {member.name!r}, which may have "
            f"{max_size}",
        )
    file = archive.extractfile(member)
    if file is None:
        raise refusal(path, f"has no content for {member.name!r}")
    with file:
        content = b"".join(iter(lambda: file.read(_CHUNK), b""))
    if len(content) != member.size:
        raise refusal(path, f"ends in the middle of {member.name!r}")
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
            raise refusal(self.path, f"has a header of {size} bytes")
        self._check(self.stream.tell() + size)
        return self.stream.read(size)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        self._check(position)
        return self.stream.seek(position, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True

    def _check(self, position: int) -> None:
        # tarfile looks for headers beyond the end, hence a little more
        if position > self.max_total_size + 2 * _CHUNK:
            raise refusal(
                self.path, f"has more than {self.max_total_size} bytes when unpacked"
            )

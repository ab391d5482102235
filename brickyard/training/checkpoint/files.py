"""Writing a file so that it appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable

try:
    import fcntl
except ImportError:  # Windows: a file that is open there cannot be removed anyway.
    fcntl = None  # type: ignore[assignment]

CHUNK_BYTES = 1 << 20
SUFFIX = ".brickyard-part"

Write = Callable[[bytes | memoryview], None]


class FileSystem:
    """The operations that saving consists of; tests make each of them fail."""

    def create(self, path: str) -> int:
        """Create a file that must not exist and return its descriptor.

        Parameters
        ----------
        path
            Where.
        """
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write data, or some of it, and return how many bytes.

        Parameters
        ----------
        descriptor
            An open file.
        data
            What to write.
        """
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Wait until a file is on the disk.

        Parameters
        ----------
        descriptor
            An open file.
        """
        os.fsync(descriptor)

    def replace(self, source: str, target: str) -> None:
        """Give a file another name in one step, in place of a file of that name.

        Parameters
        ----------
        source, target
            Its name, and its new name.
        """
        os.replace(source, target)

    def remove(self, path: str) -> None:
        """Remove a file.

        Parameters
        ----------
        path
            Which.
        """
        os.remove(path)

    def sync_directory(self, path: str) -> None:
        """Wait until the names in a directory are on the disk.

        Parameters
        ----------
        path
            The directory.
        """
        if os.name == "nt":  # Directories cannot be opened there.
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_atomically(
    path: str | os.PathLike[str],
    produce: Callable[[Write], None],
    file_system: FileSystem | None = None,
) -> None:
    """Write a file that appears under its name when all of it is on the disk.

    Parameters
    ----------
    path
        The name. A file of that name is replaced in one step; if anything fails it
        stays as it is and nothing is left behind. A symbolic link is followed.
    produce
        Called with a function that it hands the content to, piece by piece.
    file_system
        The operations to use.

    Raises
    ------
    OSError
        If the file cannot be written, naming it and the reason.

    Notes
    -----
    The content goes to a hidden file in the same directory, is flushed to the disk
    and renamed, and the directory is flushed. A process killed on the way leaves that
    hidden file; the next save to the same path removes it. A file that another process
    is still writing is recognised by its lock and left alone.
    """
    files = file_system or FileSystem()
    target = os.path.realpath(path)
    directory, name = os.path.split(target)
    try:
        if os.path.isdir(target):
            raise IsADirectoryError(21, "it is a directory")
        remove_leftovers(target, files)
        token = secrets.token_hex(8)
        _write_and_rename(
            os.path.join(directory, f".{name}.{token}{SUFFIX}"), target, produce, files
        )
    except OSError as error:
        raise OSError(
            error.errno,
            f"could not write {os.fspath(path)}: {error.strerror or error}; what was "
            "there before is unchanged",
        ) from error
    try:
        files.sync_directory(directory)
    except OSError as error:
        raise OSError(
            error.errno,
            f"{os.fspath(path)} is written and in place, but its directory could not "
            f"be flushed to the disk ({error.strerror or error}): after a power "
            "failure the former file may be there instead",
        ) from error


def _write_and_rename(
    part: str, target: str, produce: Callable[[Write], None], files: FileSystem
) -> None:
    descriptor = files.create(part)
    try:
        _lock(descriptor)

        def write(data: bytes | memoryview) -> None:
            view = memoryview(data).cast("B")
            while view:
                view = view[files.write(descriptor, view[:CHUNK_BYTES]) :]

        produce(write)
        files.sync(descriptor)
        if os.name == "nt":
            os.close(descriptor)
            descriptor = -1
        files.replace(part, target)
    except BaseException:
        # The first error is the one to report.
        with contextlib.suppress(OSError):
            files.remove(part)
        raise
    finally:
        # Closing gives the lock away, so it comes after the file has its name.
        if descriptor >= 0:
            os.close(descriptor)


def remove_leftovers(
    path: str | os.PathLike[str], file_system: FileSystem | None = None
) -> list[str]:
    """Remove what killed processes have left of saving to a path.

    Parameters
    ----------
    path
        The path that was saved to.
    file_system
        The operations to use.

    Returns
    -------
    list of str
        The files that were removed.
    """
    files = file_system or FileSystem()
    directory, name = os.path.split(os.path.realpath(path))
    pattern = re.compile(re.escape(f".{name}.") + "[0-9a-f]{16}" + re.escape(SUFFIX))
    removed = []
    for entry in sorted(os.listdir(directory)):
        candidate = os.path.join(directory, entry)
        if pattern.fullmatch(entry) and _is_abandoned(candidate):
            with contextlib.suppress(OSError):
                files.remove(candidate)
                removed.append(candidate)
    return removed


def _is_abandoned(path: str) -> bool:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as it is open; False if another process holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Held by somebody, or a file system without locks: leave the file alone.
        return False
    return True

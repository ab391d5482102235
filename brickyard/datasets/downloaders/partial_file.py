"""Files that are not complete yet, and what is known of the rest of them."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from brickyard.datasets.exceptions import DownloadError

try:
    import fcntl
except ImportError:  # not on this system: there two downloads may disturb each other
    fcntl = None  # type: ignore[assignment]


class PartialFile:
    """The part of a file that has come, under another name, for one process alone.

    It is kept when the process leaves it, unless it is empty.

    Beside it lie notes on where it comes from: ``url``, ``validator`` (what the server
    calls this version of the file) and ``total``, its size in bytes; or null.

    Parameters
    ----------
    target
        The path of the finished file. The part gets ``.part`` behind its name, the
        notes ``.part.json``.

    Raises
    ------
    DownloadError
        On entering, if another process writes it.
    """

    def __init__(self, target: str | os.PathLike[str]) -> None:
        self.path = Path(f"{os.fspath(target)}.part")
        self.notes_path = Path(f"{os.fspath(target)}.part.json")
        self._file: BinaryIO | None = None
        self._moved = False

    def __enter__(self) -> PartialFile:
        self._file = self._open_for_us()
        self._moved = False
        self._file.seek(0, os.SEEK_END)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._moved and not self.size:
            self.discard()
            self.path.unlink(missing_ok=True)
        self.file.close()
        self._file = None

    @property
    def file(self) -> BinaryIO:
        """The open file."""
        if self._file is None:
            raise ValueError(f"{str(self.path)!r} is not open; enter it by `with`")
        return self._file

    @property
    def size(self) -> int:
        """How much there is, in bytes."""
        return self.file.tell()

    def read_notes(self) -> dict[str, Any]:
        """Return the notes; empty if there are none that make sense."""
        try:
            notes = json.loads(self.notes_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}

    def start(self, url: str, validator: str | None, total: int | None) -> None:
        """Throw away what there is and note where the next bytes come from.

        Parameters
        ----------
        url
            The address.
        validator
            What the server calls this version of the file.
        total
            The size of the file in bytes.
        """
        self.file.truncate(0)
        self.file.seek(0)
        notes = {"url": url, "validator": validator, "total": total}
        self.notes_path.write_text(json.dumps(notes), encoding="utf-8")

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Parameters
        ----------
        chunk
            The bytes.
        """
        rest = memoryview(chunk)
        while rest:
            # Near the end of a disk a part of it may be written, without an error.
            rest = rest[self.file.write(rest) :]

    def discard(self) -> None:
        """Throw away what there is."""
        self.file.truncate(0)
        self.file.seek(0)
        self.notes_path.unlink(missing_ok=True)

    def move_to(self, path: str | os.PathLike[str]) -> None:
        """Put the complete file, safe on the disk, under another name.

        Parameters
        ----------
        path
            The name, in the same directory.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        if fcntl is None:
            self.file.close()
        os.replace(self.path, path)
        self._moved = True
        self.notes_path.unlink(missing_ok=True)

    def _open_for_us(self) -> BinaryIO:
        while True:
            # Unbuffered, so that a full disk is met where we write.
            file = open(self.path, "ab", buffering=0)  # noqa: SIM115
            if fcntl is None:
                return file
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.close()
                raise DownloadError(
                    f"{str(self.path)!r} is being written by another process; wait "
                    "for it, or end it"
                ) from error
            except OSError:
                # A file system without locks, as some network drives are.
                return file
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.stat(self.path)):
                    return file
            # The other process finished it between our opening and locking it.
            file.close()

"""The bytes of original files, compressed or not."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

from brickyard.datasets.converters.progress import open_tracked
from brickyard.datasets.exceptions import DatasetFileError

GZIP_MAGIC = b"\x1f\x8b"
MAX_SIZE = 2**31


def read_original(filename: str | os.PathLike[str], max_size: int = MAX_SIZE) -> bytes:
    """Return the content of a file, decompressed if it was compressed by gzip.

    Parameters
    ----------
    filename
        The file.
    max_size
        How large the content may be, in bytes.

    Raises
    ------
    DatasetFileError
        If gzip cannot decompress the file, or the content is larger than allowed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "letters.gz"
    ...     count = path.write_bytes(gzip.compress(b"abc"))
    ...     read_original(path)
    b'abc'
    """
    with open_tracked(filename) as file:
        compressed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        try:
            if compressed:
                with gzip.GzipFile(fileobj=file) as decompressed:
                    content = decompressed.read(max_size + 1)
            else:
                # room for that many bytes is made before any of them is read
                length = os.fstat(file.fileno()).st_size
                content = file.read(min(length, max_size) + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DatasetFileError(
                f"{str(filename)!r} is truncated or damaged: gzip cannot decompress it "
                f"({error}); fetch it again"
            ) from error
    if len(content) > max_size:
        raise DatasetFileError(
            f"{str(filename)!r} has more than {max_size} bytes of content, which no "
            "original file has; fetch it again"
        )
    return content


def find_original(directory: str | os.PathLike[str], name: str) -> Path | None:
    """Return the path of an original file, with ``.gz`` if it is compressed.

    Parameters
    ----------
    directory
        Where it should be.
    name
        Its name, without ``.gz``.

    Returns
    -------
    pathlib.Path or None
        None if it is not there.
    """
    for path in (Path(directory) / f"{name}.gz", Path(directory) / name):
        if path.is_file():
            return path
    return None

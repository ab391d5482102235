"""HDF5 files that are there completely or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py


@contextmanager
def atomic_hdf5_file(path: str | os.PathLike) -> Iterator[h5py.File]:
    """Open a new HDF5 file that appears under its name only when it is complete.

    The file is written under a temporary name in the same directory, flushed to the
    disk and renamed. If the body raises, it is removed, and a file that was at `path`
    before stays as it was.

    Parameters
    ----------
    path
        Where the finished file goes. Its directory must exist.

    Yields
    ------
    h5py.File
        The file, open for writing.

    Raises
    ------
    FileNotFoundError
        If the directory of `path` does not exist.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "data.hdf5"
    ...     with atomic_hdf5_file(path) as h5file:
    ...         h5file.attrs["name"] = "data"
    ...         during = path.exists()
    ...     during, path.exists()
    (False, True)
    """
    import h5py

    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {str(path)!r}: there is no directory {str(path.parent)!r}; "
            "create it first"
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with h5py.File(temporary, "x") as h5file:
            yield h5file
        _flush(temporary, os.O_RDWR)
        os.replace(temporary, path)
        if os.name == "posix":
            _flush(path.parent, os.O_RDONLY)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

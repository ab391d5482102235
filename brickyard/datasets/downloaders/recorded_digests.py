"""Digests of files for which none is published, noted at the first download."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from brickyard.datasets.converters.provenance import sha256_of_file
from brickyard.datasets.exceptions import DownloadError, UnverifiedDownloadWarning


def digest_path(path: Path) -> Path:
    """Return where the digest of a file is noted.

    Parameters
    ----------
    path
        The file.

    Examples
    --------
    >>> digest_path(Path("train.tar.gz")).name
    'train.tar.gz.sha256'
    """
    return path.with_name(f"{path.name}.sha256")


def read_digest(path: Path) -> str | None:
    """Return the SHA-256 digest that was noted for a file; None if none was.

    Parameters
    ----------
    path
        The file, which need not be there.

    Raises
    ------
    DownloadError
        If the note cannot be read, or is not about this file.
    """
    noted = digest_path(path)
    try:
        words = noted.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DownloadError(f"cannot read {str(noted)!r}: {error}") from error
    if words[1:] != [path.name] or not re.fullmatch("[0-9a-f]{64}", words[0]):
        raise DownloadError(
            f"{str(noted)!r} must hold the SHA-256 digest of {path.name!r} and its "
            "name; remove it to do without"
        )
    return words[0]


def record_digest(path: Path) -> None:
    """Note the SHA-256 digest of a file beside it, in the form ``sha256sum`` checks.

    Parameters
    ----------
    path
        The file.

    Warns
    -----
    UnverifiedDownloadWarning
        Always: the file itself could not be checked.

    Raises
    ------
    DownloadError
        If the note cannot be written.
    """
    digest, noted = sha256_of_file(path), digest_path(path)
    try:
        noted.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    except OSError as error:
        raise DownloadError(
            f"cannot write {str(noted)!r}: {error.strerror or error}"
        ) from error
    warnings.warn(
        f"no digest of {path.name!r} is known: what came could not be checked; its "
        f"SHA-256 digest, {digest}, is noted in {str(noted)!r}, and later downloads "
        "are compared with it",
        UnverifiedDownloadWarning,
        stacklevel=2,
    )

"""Getting files from the first of their addresses that has them, and checking them."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from brickyard.datasets.converters.provenance import sha256_of_file
from brickyard.datasets.downloaders.connections import Transfer, TransferError
from brickyard.datasets.downloaders.recorded_digests import (
    digest_path,
    read_digest,
    record_digest,
)
from brickyard.datasets.downloaders.remote_files import RemoteFile
from brickyard.datasets.downloaders.resuming import ResumingDownloader
from brickyard.datasets.exceptions import DownloadError, NeedURLPrefix


def fetch_files(
    directory: str | os.PathLike[str],
    files: Iterable[RemoteFile],
    url_prefix: str | None = None,
    *,
    progress: bool = True,
    transfer: Transfer | None = None,
) -> list[Path]:
    """Download files that are not there yet, and check those that are.

    Parameters
    ----------
    directory
        Where they go; it is made if it is not there.
    files
        The files.
    url_prefix
        Put before relative addresses, and tried before the absolute ones with the
        name of the file behind it.
    progress
        Whether to show a progress bar, if standard error is a terminal.
    transfer
        How patient to be.

    Returns
    -------
    list
        The paths of the files.

    Raises
    ------
    DownloadError
        If a file cannot be downloaded or written, or one that is there has another
        digest than it must have.
    NeedURLPrefix
        If a file has no absolute address, and there is no prefix.
    """
    files = list(files)
    addresses = [find_addresses(file, url_prefix) for file in files]
    ensure_directory_exists(directory)
    return [
        _fetch_file(Path(directory), file, urls, progress, transfer or Transfer())
        for file, urls in zip(files, addresses, strict=True)
    ]


def find_addresses(file: RemoteFile, url_prefix: str | None) -> list[str]:
    """Return the absolute addresses of a file, in the order to try them.

    Parameters
    ----------
    file
        The file.
    url_prefix
        As in `fetch_files`.

    Raises
    ------
    NeedURLPrefix
        If there are none.

    Examples
    --------
    >>> file = RemoteFile("a.gz", ("https://example.org/a.gz", "old/a.gz"))
    >>> find_addresses(file, "http://localhost/")
    ['http://localhost/a.gz', 'https://example.org/a.gz', 'http://localhost/old/a.gz']
    """
    found = [] if url_prefix is None else [url_prefix + file.filename]
    for url in file.urls:
        if "://" in url:
            found.append(url)
        elif url_prefix is not None:
            found.append(url_prefix + url)
    if not found:
        raise NeedURLPrefix(
            f"{file.filename!r} has no free address; give the address of a server that "
            "has it, to be put before its name, as url_prefix (--url-prefix)"
        )
    return list(dict.fromkeys(found))


def remove_files(directory: str | os.PathLike[str], filenames: Iterable[str]) -> None:
    """Remove downloaded files, parts of them, and notes on them.

    Parameters
    ----------
    directory
        Where they are.
    filenames
        Their names; those that are not there are passed over.
    """
    for filename in filenames:
        path = Path(directory) / filename
        path.unlink(missing_ok=True)
        digest_path(path).unlink(missing_ok=True)
        if _workplace(path).is_dir():
            shutil.rmtree(_workplace(path))


def ensure_directory_exists(directory: str | os.PathLike[str]) -> None:
    """Make a directory, and those it is in, unless it is there.

    Parameters
    ----------
    directory
        The directory.

    Raises
    ------
    DownloadError
        If it cannot be made, for instance because there is a file of its name.
    """
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(
            f"cannot make the directory {str(directory)!r}: {error.strerror}"
        ) from error


def _fetch_file(
    directory: Path,
    file: RemoteFile,
    urls: list[str],
    progress: bool,
    transfer: Transfer,
) -> Path:
    path = directory / file.filename
    digest = file.sha256 or read_digest(path)
    if path.exists():
        _check_present(path, digest)
    else:
        downloader = ResumingDownloader(
            _workplace(path) / path.name,
            has_digest=digest is not None,
            size=file.size,
            progress=progress,
            transfer=transfer,
        )
        _try_all(path, urls, digest, downloader, is_published=file.sha256 is not None)
    if digest is None:
        record_digest(path)
    return path


def _check_present(path: Path, digest: str | None) -> None:
    if not path.is_file():
        raise DownloadError(f"{str(path)!r} is there, and is not a file; move it away")
    found = sha256_of_file(path) if digest is not None else None
    if found != digest:
        raise DownloadError(
            f"{str(path)!r} is there, and its SHA-256 digest is {found} instead of "
            f"{digest}; move it away, or remove it by clear=True (--clear), and then "
            "download it again"
        )


def _try_all(
    path: Path,
    urls: list[str],
    digest: str | None,
    downloader: ResumingDownloader,
    *,
    is_published: bool,
) -> None:
    reasons = []
    for url in urls:
        try:
            _retrieve(path, url, digest, downloader)
            return
        except TransferError as error:
            reasons.append(f"{url}: {error}")
    noted = ""
    if digest is not None and not is_published:
        noted = (
            f"; the digest was noted in {str(digest_path(path))!r} by an earlier "
            "download: remove it if the file has been renewed since"
        )
    raise DownloadError(
        f"cannot download {path.name!r} into {str(path.parent)!r}: "
        f"{'; '.join(reasons)}{noted}"
    )


def _workplace(path: Path) -> Path:
    """Return the folder for parts of a file, and whatever a killed download leaves."""
    return path.with_name(f"{path.name}.part")


def _retrieve(
    path: Path, url: str, digest: str | None, downloader: ResumingDownloader
) -> None:
    import pooch

    workplace = _workplace(path)
    ensure_directory_exists(workplace)
    # Twice, because the part of an earlier attempt may be to blame for a wrong digest.
    for _ in range(2):
        try:
            with _quiet_pooch():
                complete = pooch.retrieve(
                    url,
                    known_hash=digest and f"sha256:{digest}",
                    fname=path.name,
                    path=workplace,
                    downloader=downloader,
                )
            os.replace(complete, path)
            shutil.rmtree(workplace)
            return
        except ValueError as error:
            found = re.search("but got ['\"]?([0-9a-f]{64})", str(error))
            wrong = found[1] if found else "another one"
            if not downloader.resumed:
                break
        except OSError as error:
            raise DownloadError(
                f"cannot write {str(path)!r}: {error.strerror or error}"
            ) from error
        finally:
            # What has come stays; an empty folder does not.
            with suppress(OSError):
                workplace.rmdir()
    raise TransferError(f"the SHA-256 digest is {wrong} instead of {digest}")


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)

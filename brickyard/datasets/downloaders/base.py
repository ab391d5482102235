"""Downloading files by their addresses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, BinaryIO

from brickyard.datasets.downloaders.connections import (
    Transfer,
    TransferError,
    check_is_no_page,
    filename_of_response,
    open_response,
    read_chunks,
)
from brickyard.datasets.downloaders.fetch import fetch_files, remove_files
from brickyard.datasets.downloaders.remote_files import RemoteFile
from brickyard.datasets.exceptions import DownloadError


def filename_from_url(url: str, path: str | os.PathLike[str] | None = None) -> str:
    """Ask a server for the name of the file at an address.

    Parameters
    ----------
    url
        The address.
    path
        A folder to put before the name.

    Returns
    -------
    str
        The name that the server sends (``Content-Disposition``), or else the end of
        the address that it leads to.

    Raises
    ------
    DownloadError
        If there is no answer, or the name is not that of a file in a folder.
    """
    try:
        with open_response(url, {}, Transfer()) as response:
            name = filename_of_response(response)
    except (TransferError, ValueError) as error:
        raise DownloadError(f"cannot find a file name for {url!r}: {error}") from error
    return name if path is None else os.path.join(path, name)


def download(url: str, file_handle: BinaryIO, chunk_size: int = 1024) -> None:
    """Write what is at an address into an open file.

    Nothing is resumed or compared with a digest; `default_downloader` does both.

    Parameters
    ----------
    url
        The address.
    file_handle
        The file, open for writing bytes.
    chunk_size
        How much is read at once, in bytes.

    Raises
    ------
    DownloadError
        If the address gives no file, or less than it said.
    """
    transfer = Transfer(chunk_size=chunk_size)
    try:
        with open_response(url, {}, transfer) as response:
            check_is_no_page(response, b"", url)
            for chunk in read_chunks(response, transfer):
                file_handle.write(chunk)
    except TransferError as error:
        raise DownloadError(f"cannot download {url!r}: {error}") from error


def default_downloader(
    directory: str | os.PathLike[str],
    urls: Sequence[str | None],
    filenames: Sequence[str | None],
    url_prefix: str | None = None,
    clear: bool = False,
    *,
    sha256: Sequence[str | None] | None = None,
    **kwargs: Any,
) -> None:
    """Download files, or remove them.

    A file appears under its name when it is complete and checked. What has come of it
    until then is kept in a folder with ``.part`` behind its name, and the next call
    goes on from there. A file that is there already is checked and not downloaded
    again.

    Parameters
    ----------
    directory
        Where the files go; it is made if it is not there.
    urls
        For each file its address; one that is None, empty or relative needs
        `url_prefix`.
    filenames
        For each file its name; None to ask the server for it.
    url_prefix
        Put before relative addresses, and before the name of a file without one. A
        server at which all files are found under their names: it is tried first.
    clear
        Whether to remove the files in place of downloading them.
    sha256
        For each file its SHA-256 digest in hexadecimal, or None if it is not known.
        The digest of the first download is noted beside the file then, and later ones
        are compared with it.
    **kwargs
        `progress` and `transfer` of `fetch_files`.

    Raises
    ------
    DownloadError
        If a file cannot be downloaded or written, or has another digest.
    NeedURLPrefix
        If an address is relative and there is no prefix.
    ValueError
        If the lists differ in length, or a file has neither name nor address.
    """
    digests = list(sha256) if sha256 is not None else [None] * len(urls)
    if not len(urls) == len(filenames) == len(digests):
        raise ValueError(
            f"default_downloader needs a name and an address for each file, got "
            f"{len(urls)} urls, {len(filenames)} filenames and {len(digests)} digests"
        )
    files = []
    for url, filename, digest in zip(urls, filenames, digests, strict=True):
        if not filename and not url:
            raise ValueError("default_downloader got a file without name and address")
        name = filename or filename_from_url(str(url))
        files.append(RemoteFile(name, (url,) if url else (), digest))
    if clear:
        remove_files(directory, [file.filename for file in files])
    else:
        fetch_files(directory, files, url_prefix, **kwargs)

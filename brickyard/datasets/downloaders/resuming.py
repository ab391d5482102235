"""Getting a file over a connection that breaks."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.datasets.downloaders.connections import (
    Transfer,
    TransferError,
    check_is_no_page,
    open_response,
    read_chunks,
)
from brickyard.datasets.downloaders.partial_file import PartialFile
from brickyard.datasets.exceptions import DownloadError

if TYPE_CHECKING:
    import requests

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class ResumingDownloader:
    """Downloads for pooch that go on where they stopped, in this process or an earlier.

    What has come is kept beside the target until it is complete. A later request asks
    for the rest, if the server still has the same version of the file, or if there is
    a digest to tell afterwards.

    Parameters
    ----------
    target
        The path of the finished file, by which the part is named.
    has_digest
        Whether the file is compared with a digest when it is complete.
    size
        The size it must have, in bytes, if that is known.
    progress
        Whether to show a progress bar, if standard error is a terminal.
    transfer
        How patient to be.
    """

    def __init__(
        self,
        target: str | os.PathLike[str],
        *,
        has_digest: bool = False,
        size: int | None = None,
        progress: bool = False,
        transfer: Transfer | None = None,
    ) -> None:
        self.target = Path(target)
        self.has_digest = has_digest
        self.size = size
        self.progress = progress
        self.transfer = transfer or Transfer()
        self.resumed = False

    def __call__(
        self, url: str, output_file: str, pooch: Any = None, check_only: bool = False
    ) -> None:
        """Download an address.

        Parameters
        ----------
        url
            The address.
        output_file
            Where the complete file goes, in the directory of the target.
        pooch
            Who asks; not used.
        check_only
            Whether only to ask if the file is there; not supported.

        Raises
        ------
        TransferError
            If the address does not give the file.
        DownloadError
            If the file cannot be written.
        """
        del pooch, check_only
        self.resumed = False
        try:
            with PartialFile(self.target) as part:
                self._retry(url, part)
                part.move_to(output_file)
        except OSError as error:
            raise DownloadError(
                f"cannot write {str(self.target)!r}: {error.strerror or error}; what "
                "has come is kept, run it again to go on"
            ) from error

    def _retry(self, url: str, part: PartialFile) -> None:
        failures, most = 0, part.size
        while True:
            try:
                self._fetch_rest(url, part)
                return
            except TransferError as error:
                if not error.transient:
                    raise
                failures = 1 if part.size > most else failures + 1
                most = max(most, part.size)
                if failures >= self.transfer.attempts:
                    raise TransferError(f"{error}, {failures} times") from error
                time.sleep(self.transfer.pause_s * 2 ** (failures - 1))

    def _fetch_rest(self, url: str, part: PartialFile) -> None:
        notes = part.read_notes()
        known = notes.get("url") == url and bool(notes.get("validator"))
        if not known and not self.has_digest:
            part.discard()
        if part.size and part.size == notes.get("total"):
            self.resumed = True
            return
        headers = {"Range": f"bytes={part.size}-"} if part.size else {}
        if headers and known:
            headers["If-Range"] = notes["validator"]
        with open_response(url, headers, self.transfer) as response:
            total = self._begin(response, url, part, notes)
            self._receive(response, part, total)
        if total is not None and part.size != total:
            raise TransferError(
                f"the file ended after {part.size} of {total} bytes", transient=True
            )

    def _begin(
        self,
        response: requests.Response,
        url: str,
        part: PartialFile,
        notes: dict[str, Any],
    ) -> int | None:
        """Make the part agree with what the body is; return the size of the whole."""
        check_is_no_page(response, b"", self.target.name)
        if response.status_code == 200:
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else None
            self._check_size(total)
            part.start(url, _validator(response), total)
            return total if total is not None else self.size
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        sizes = {self.size, notes.get("total")} - {None}
        fits = (
            response.status_code == 206
            and found is not None
            and int(found[1]) == part.size
            and (found[3] == "*" or not sizes or sizes == {int(found[3])})
        )
        if not fits or found is None:
            part.discard()
            raise TransferError(
                f"status {response.status_code} does not go on with the part that is "
                "there; it is thrown away",
                transient=True,
            )
        self.resumed = True
        return int(found[2]) + 1

    def _receive(
        self, response: requests.Response, part: PartialFile, total: int | None
    ) -> None:
        from tqdm import tqdm

        with tqdm(
            desc=self.target.name,
            total=total,
            initial=part.size,
            unit="B",
            unit_scale=True,
            # None: on terminals alone.
            disable=None if self.progress else True,
        ) as bar:
            for chunk in read_chunks(response, self.transfer):
                if not part.size:
                    check_is_no_page(response, chunk, self.target.name)
                part.write(chunk)
                bar.update(len(chunk))
                if self.size is not None and part.size > self.size:
                    self._check_size(part.size)

    def _check_size(self, size: int | None) -> None:
        if size is not None and self.size is not None and size != self.size:
            raise TransferError(f"it has {size} bytes instead of {self.size}")


def _validator(response: requests.Response) -> str | None:
    """Return a name of this version of the file, strong enough to join two parts."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified")

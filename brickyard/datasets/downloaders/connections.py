"""Answers of servers, looked at before a byte of them is believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from brickyard._version import __version__
from brickyard.datasets.downloaders.remote_files import check_filename

if TYPE_CHECKING:
    import requests

MAX_REDIRECTS = 10
# What may pass if it is tried again: time-outs, too many requests, trouble behind the
# server.
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<?xml")


@dataclass(frozen=True)
class Transfer:
    """How patient a download is.

    Parameters
    ----------
    timeout_s
        How long a server may stay silent, in seconds.
    attempts
        How often an address is tried without a byte of progress.
    pause_s
        How long to wait before the second try, in seconds; twice that before the
        third, and so on.
    chunk_size
        How much is read at once, in bytes.
    """

    timeout_s: float = 30.0
    attempts: int = 3
    pause_s: float = 1.0
    chunk_size: int = 2**16


class TransferError(Exception):
    """An address does not give the file.

    Parameters
    ----------
    reason
        Why.
    transient
        Whether it may help to try again.
    """

    def __init__(self, reason: str, *, transient: bool = False) -> None:
        super().__init__(reason)
        self.transient = transient


@contextmanager
def open_response(
    url: str, headers: Mapping[str, str], transfer: Transfer
) -> Iterator[requests.Response]:
    """Ask for an address, following redirects to http and https alone.

    Parameters
    ----------
    url
        The address.
    headers
        Headers of the request, besides those that every request has.
    transfer
        How patient to be.

    Yields
    ------
    requests.Response
        The answer: a success, or status 416 to a request for a range. Its body has
        not been read.

    Raises
    ------
    TransferError
        If there is no answer, it is no success, or it leads to another protocol.
    """
    import requests

    sent = {
        "Accept-Encoding": "identity",
        "User-Agent": f"brickyard/{__version__}",
        **headers,
    }
    with requests.Session() as session:
        session.max_redirects = MAX_REDIRECTS
        try:
            response = session.get(
                url, headers=sent, stream=True, timeout=transfer.timeout_s
            )
        except requests.RequestException as error:
            raise _explain(error, transfer) from error
        except ValueError as error:
            raise TransferError(f"is not an address ({error})") from error
        with response:
            _check_status(response)
            yield response


def _explain(error: requests.RequestException, transfer: Transfer) -> TransferError:
    import requests

    kinds = requests.exceptions
    if isinstance(error, kinds.TooManyRedirects):
        return TransferError(f"more than {MAX_REDIRECTS} redirects, as in a circle")
    if isinstance(error, kinds.InvalidSchema | kinds.MissingSchema | kinds.InvalidURL):
        return TransferError(f"only http and https are followed ({error})")
    if isinstance(error, kinds.SSLError):
        return TransferError(f"no secure connection ({error})")
    if isinstance(error, kinds.Timeout):
        return TransferError(_silence(transfer), transient=True)
    return TransferError(f"no connection ({_reason(error)})", transient=True)


def _reason(error: requests.RequestException) -> str:
    """Return what is at the bottom of the exceptions that are packed in another."""
    cause = error.args[0] if error.args else error
    text = str(getattr(cause, "reason", None) or cause)
    # What is before it is the connection, which is in the address.
    return text.partition("): ")[2] or text


def _silence(transfer: Transfer) -> str:
    return f"the server was silent for {transfer.timeout_s:g} s"


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status in (200, 206) or (status == 416 and "Range" in response.request.headers):
        return
    raise TransferError(
        f"status {status} {response.reason}", transient=status in _TRANSIENT
    )


def check_is_no_page(response: requests.Response, start: bytes, filename: str) -> None:
    """Raise if a server sent a web page in place of a file.

    Parameters
    ----------
    response
        The answer.
    start
        The first bytes of its body; empty if the body is not the start of the file.
    filename
        The name of the file. Only those that end as pages do may be pages.

    Raises
    ------
    TransferError
        If it is a page, by what its header says or by how it starts.
    """
    if filename.lower().endswith((".html", ".htm", ".xhtml", ".xml")):
        return
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    looks = start[:64].lstrip().lower().startswith(_PAGE_STARTS)
    if kind in ("text/html", "application/xhtml+xml") or looks:
        raise TransferError("a web page came instead of the file")


def read_chunks(response: requests.Response, transfer: Transfer) -> Iterator[bytes]:
    """Yield the body of an answer as it was sent, without decompressing it.

    Parameters
    ----------
    response
        The answer.
    transfer
        How patient to be, and how much to read at once.

    Yields
    ------
    bytes
        The next part.

    Raises
    ------
    TransferError
        If the connection breaks, the server falls silent, or the body is shorter than
        it said.
    """
    import urllib3

    try:
        yield from response.raw.stream(transfer.chunk_size, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TransferError(_silence(transfer), transient=True) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TransferError(
            f"the connection broke ({error})", transient=True
        ) from error


def filename_of_response(response: requests.Response) -> str:
    """Return the file name that a server sends, or else that of the last address.

    Parameters
    ----------
    response
        The answer.

    Raises
    ------
    ValueError
        If the name is not that of a file in a folder; see `check_filename`.
    """
    header = response.headers.get("Content-Disposition")
    if header:
        message = Message()
        message["Content-Disposition"] = header
        sent = message.get_filename()
        if sent is not None:
            return check_filename(sent, f"the server of {response.url!r}")
    name = unquote(urlsplit(response.url).path.rpartition("/")[2])
    return check_filename(name, f"the address {response.url!r}")

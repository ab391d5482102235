"""What there is to download: files with their addresses and digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_SHA256 = re.compile("[0-9a-f]{64}")
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')


def check_filename(name: str, origin: str) -> str:
    """Return a file name, if it names a file in the folder it is put into.

    Parameters
    ----------
    name
        The name.
    origin
        Where it comes from, for the message.

    Raises
    ------
    ValueError
        If it is empty, has slashes, backslashes, colons, control characters or other
        characters that some file system refuses, or is ``.`` or ``..``.

    Examples
    --------
    >>> check_filename("iris.data", "the table")
    'iris.data'
    >>> check_filename("../.bashrc", "the server")
    Traceback (most recent call last):
        ...
    ValueError: the server gives the file name '../.bashrc'; a name must be that of ...
    """
    if not name.strip(" .") or _UNSAFE.search(name):
        raise ValueError(
            f"{origin} gives the file name {name!r}; a name must be that of a file, "
            "without folders and special characters"
        )
    return name


@dataclass(frozen=True)
class RemoteFile:
    """A file that can be downloaded.

    Parameters
    ----------
    filename
        The name it gets.
    urls
        Addresses of the same file, tried in order. One that is not absolute is put
        behind a prefix; none stands for the prefix with the name.
    sha256
        The published SHA-256 digest in hexadecimal; None if none is published.
    size
        Its size in bytes, if that is known.

    Raises
    ------
    ValueError
        If the name has folders in it, or the digest is not 64 hexadecimal digits.

    Examples
    --------
    >>> RemoteFile("iris.data", ("https://example.org/iris.data",)).sha256 is None
    True
    """

    filename: str
    urls: tuple[str, ...] = ()
    sha256: str | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        check_filename(self.filename, "RemoteFile")
        if self.sha256 is not None and not _SHA256.fullmatch(self.sha256):
            raise ValueError(
                f"the SHA-256 digest of {self.filename!r} must be 64 hexadecimal "
                f"digits in lower case, got {self.sha256!r}"
            )


@dataclass(frozen=True)
class DatasetDownload:
    """The original files of a data set.

    Parameters
    ----------
    help
        What they are.
    variants
        The files, by the value of `option`; with the one key ``""`` if there is none.
    option
        An option that chooses among the variants, such as ``--size``.
    default
        The key of `variants` that is used if none is chosen.
    by_hand
        Where people get the files who have no server with them, if there is no free
        address.
    note
        What to do with the files after the download, if not to convert them.

    Raises
    ------
    ValueError
        If `default` is not among the variants.
    """

    help: str
    variants: Mapping[str, tuple[RemoteFile, ...]]
    option: str | None = None
    default: str = ""
    by_hand: str = field(default="", kw_only=True)
    note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if self.default not in self.variants:
            raise ValueError(
                f"the default {self.default!r} must be one of the variants "
                f"{list(self.variants)}"
            )
        frozen = MappingProxyType({k: tuple(v) for k, v in self.variants.items()})
        object.__setattr__(self, "variants", frozen)

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """The files of the default variant."""
        return self.variants[self.default]

"""What a checkpoint says about itself."""

from __future__ import annotations

import platform
import shlex
import sys
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from brickyard._version import __version__
from brickyard.state import require_keys
from brickyard.training.errors import CheckpointError

FORMAT = "brickyard checkpoint"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
_LIBRARIES = ("pytensor", "jax", "numpy")


@dataclass(frozen=True)
class MemberRecord:
    """Size and digest of one member.

    Parameters
    ----------
    size
        In bytes.
    sha256
        The digest of its content in hexadecimal.
    """

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a checkpoint says about itself.

    Parameters
    ----------
    backend
        The backend that the training ran on.
    members
        All members other than the manifest, by name.
    format, format_version
        The name and the version of the file format.
    versions
        Versions of Python and the libraries that wrote the file.
    command
        The command line of the program that wrote it.
    """

    backend: str
    members: dict[str, MemberRecord]
    format: str
    format_version: int
    versions: dict[str, str]
    command: str

    @classmethod
    def describe(cls, members: dict[str, MemberRecord], backend: str) -> Manifest:
        """Describe a checkpoint that is being written here and now.

        Parameters
        ----------
        members
            All members that were written.
        backend
            The backend that the training runs on.
        """
        return cls(
            backend=backend,
            members=members,
            format=FORMAT,
            format_version=FORMAT_VERSION,
            versions=library_versions(),
            command=shlex.join(sys.argv),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the manifest as it is written."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any, path: str) -> Manifest:
        """Check and take over what a file says.

        Parameters
        ----------
        content
            The parsed text.
        path
            The file's name for messages.

        Raises
        ------
        CheckpointError
            If it is no manifest, or one of a later format.
        """
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise CheckpointError(f"{path} is no checkpoint of brickyard")
        found = content.get("format_version")
        if found != FORMAT_VERSION:
            raise CheckpointError(
                f"{path} has the checkpoint format {found!r}; this version of "
                f"brickyard, {__version__}, reads format {FORMAT_VERSION}"
            )
        try:
            require_keys(content, cls.__dataclass_fields__, "the manifest")
            members = {
                str(name): MemberRecord(int(record["size"]), str(record["sha256"]))
                for name, record in content["members"].items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path} has an unusable manifest: {error}"
            ) from error
        return cls(**{**content, "members": members})


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that numbers depend on."""
    libraries = {name: _installed_version(name) for name in _LIBRARIES}
    own = {"brickyard": __version__, "python": platform.python_version()}
    return {**own, **libraries}


@cache
def _installed_version(name: str) -> str:
    # Python reads it from a file each time, and every save asks.
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"

"""Reading checkpoints: all of a file is verified before any of it is believed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from brickyard.training.checkpoint.archive import Member, read_content, read_members
from brickyard.training.checkpoint.manifest import MANIFEST_NAME, Manifest
from brickyard.training.checkpoint.writing import PART_NAME
from brickyard.training.errors import CheckpointError
from brickyard.training.state_tree import DTYPES, join_state, parse_json


@dataclass(frozen=True)
class Checkpoint:
    """The verified content of a checkpoint.

    Parameters
    ----------
    manifest
        What the file says about itself.
    parts
        States by name.
    path
        Where it was read from.
    """

    manifest: Manifest
    parts: dict[str, Any]
    path: str

    def require_backend(self, backend: str) -> None:
        """Raise unless the training ran on this backend.

        Random numbers and roundings differ between backends, so that a training
        continued on another one would not be the same training.

        Parameters
        ----------
        backend
            The backend that is going to continue.

        Raises
        ------
        CheckpointError
            If it is another one.
        """
        if self.manifest.backend != backend:
            raise CheckpointError(
                f"{self.path} was written by a training on the backend "
                f"{self.manifest.backend!r} and cannot be continued exactly on "
                f"{backend!r}; set BRICKYARD_BACKEND={self.manifest.backend}, or load "
                "only the parameters with Load"
            )


def read_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint and verify every byte of it.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Checkpoint
        Its manifest and its parts.

    Raises
    ------
    CheckpointError
        If a byte of the file is not what was written, naming the file, the member and
        what was expected; or if it is of another format.
    OSError
        If there is no such file or it cannot be read.
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        members = {member.name: member for member in read_members(file, name)}
        manifest = _read_manifest(file, members, name)
        contents: dict[str, bytes] = {}
        for key in manifest.members:
            contents[key] = _read_verified(file, members[key], manifest, name)
    return Checkpoint(manifest, _join_parts(contents, name), name)


def _read_manifest(file: BinaryIO, members: dict[str, Member], path: str) -> Manifest:
    if MANIFEST_NAME not in members:
        raise CheckpointError(f"{path} is no checkpoint of brickyard: no manifest")
    text = read_content(file, members[MANIFEST_NAME], path)
    try:
        content = parse_json(text)
    except ValueError as error:
        raise CheckpointError(f"{path} has an unreadable manifest: {error}") from error
    manifest = Manifest.from_dict(content, path)
    expected = {*manifest.members, MANIFEST_NAME}
    if set(members) != expected:
        odd = sorted(set(members) ^ expected)
        raise CheckpointError(
            f"{path} is altered: its manifest and its members disagree about {odd}"
        )
    return manifest


def _read_verified(
    file: BinaryIO, member: Member, manifest: Manifest, path: str
) -> bytes:
    expected = manifest.members[member.name]
    if member.size != expected.size:
        raise CheckpointError(
            f"{path} is altered: the member {member.name!r} has {member.size} bytes, "
            f"the manifest expects {expected.size}"
        )
    content = read_content(file, member, path)
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected.sha256:
        raise CheckpointError(
            f"{path} is altered: the member {member.name!r} has the SHA-256 {digest}, "
            f"the manifest expects {expected.sha256}"
        )
    return content


def _join_parts(contents: dict[str, bytes], path: str) -> dict[str, Any]:
    parts = {}
    for name, content in contents.items():
        stem, _, kind = name.partition(".")
        if not PART_NAME.fullmatch(stem) or kind not in ("json", "safetensors"):
            raise CheckpointError(f"{path} has an unknown member {name!r}")
        if kind == "safetensors":
            if f"{stem}.json" not in contents:
                raise CheckpointError(f"{path} has {name!r} without {stem}.json")
            continue
        packed = contents.get(f"{stem}.safetensors")
        arrays = {} if packed is None else unpack_arrays(packed, name, path)
        try:
            parts[stem] = join_state(content, arrays)
        except ValueError as error:
            raise CheckpointError(
                f"{path} has an unusable member {name!r}: {error}"
            ) from error
    return parts


def unpack_arrays(packed: bytes, member: str, path: str) -> dict[str, np.ndarray]:
    """Read arrays in the safetensors format with its reference reader.

    Parameters
    ----------
    packed
        The bytes.
    member, path
        Where they come from, for messages.

    Returns
    -------
    dict
        Arrays of the dtypes that states may have, by name.

    Raises
    ------
    CheckpointError
        If the bytes are something else.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(packed)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} has unusable arrays in {member!r}: {error}"
        ) from error
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise CheckpointError(
                f"{path} has the array {name!r} of dtype {array.dtype} in {member!r}"
            )
    return arrays

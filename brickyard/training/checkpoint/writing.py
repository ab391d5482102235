"""Writing checkpoints."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from brickyard.training.checkpoint.archive import MAX_MEMBERS, ArchiveWriter
from brickyard.training.checkpoint.files import FileSystem, Write, write_atomically
from brickyard.training.checkpoint.manifest import (
    MANIFEST_NAME,
    Manifest,
    MemberRecord,
)
from brickyard.training.state_tree import split_state

PART_NAME = re.compile("[a-z][a-z0-9_]{0,63}")


def write_checkpoint(
    path: str | os.PathLike[str],
    parts: Mapping[str, Any],
    *,
    backend: str,
    file_system: FileSystem | None = None,
) -> None:
    """Write states to a file that appears whole or not at all.

    Parameters
    ----------
    path
        The file. One of that name is replaced in one step; it stays as it is if
        anything fails. Its directory must exist.
    parts
        States by name, such as `MainLoop.get_state` gives. Each becomes a member
        ``<name>.json``, and its arrays a member ``<name>.safetensors``.
    backend
        The backend that the training runs on.
    file_system
        The operations to use; tests make them fail.

    Raises
    ------
    TypeError
        If a state has something that is neither a JSON value nor an array.
    ValueError
        If the name of a part is not made of small letters, digits and underscores.
    OSError
        If the file cannot be written.

    Notes
    -----
    The same states, versions and command line give the same bytes. At most one part
    is in memory in its written form at a time.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from brickyard.training.checkpoint import read_checkpoint
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "run.ckpt"
    >>> parts = {"parameters": {"/mlp/linear_0.b": np.zeros(2)}, "loop": {"done": 7}}
    >>> write_checkpoint(path, parts, backend="xla")
    >>> read_checkpoint(path).parts["loop"]
    {'done': 7}
    >>> folder.cleanup()
    """
    _check_names(parts)
    # Anything that cannot be written is found before the disk is touched.
    split = {name: split_state(state) for name, state in parts.items()}

    def produce(write: Write) -> None:
        archive = ArchiveWriter(write)
        members: dict[str, MemberRecord] = {}

        def add(name: str, content: bytes) -> None:
            archive.add(name, content)
            digest = hashlib.sha256(content).hexdigest()
            members[name] = MemberRecord(len(content), digest)

        for name, (text, arrays) in sorted(split.items()):
            add(f"{name}.json", text.encode("ascii"))
            if arrays:
                add(f"{name}.safetensors", pack_arrays(arrays))
        manifest = Manifest.describe(members, backend).as_dict()
        archive.add(MANIFEST_NAME, json.dumps(manifest, indent=1).encode("ascii"))
        archive.finish()

    write_atomically(path, produce, file_system)


def pack_arrays(arrays: Mapping[str, Any]) -> bytes:
    """Return arrays in the safetensors format.

    Parameters
    ----------
    arrays
        Contiguous arrays by name.
    """
    from safetensors.numpy import save

    return save({name: arrays[name] for name in sorted(arrays)})


def _check_names(parts: Mapping[str, Any]) -> None:
    if 2 * len(parts) + 1 > MAX_MEMBERS:
        raise ValueError(
            f"a checkpoint has at most {(MAX_MEMBERS - 1) // 2} parts, got {len(parts)}"
        )
    for name in parts:
        if not PART_NAME.fullmatch(name) or name == "manifest":
            raise ValueError(
                f"the part {name!r} of a checkpoint needs a name of small letters, "
                "digits and underscores other than 'manifest'"
            )

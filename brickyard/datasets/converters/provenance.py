"""Where a converted file came from, noted inside it."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from brickyard._version import __version__
from brickyard.datasets.converters.progress import open_tracked

if TYPE_CHECKING:
    import h5py

FORMAT_VERSION = "1.0"


def sha256_of_file(path: str | os.PathLike) -> str:
    """Return the SHA-256 digest of a file's bytes, in hexadecimal.

    Parameters
    ----------
    path
        The file to read.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> sha256_of_file(os.devnull)[:16]
    'e3b0c44298fc1c14'
    """
    with open_tracked(path, f"digest of {Path(path).name}") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def converter_command(name: str, directory: str | os.PathLike, *options: str) -> str:
    """Return the command line that runs a converter.

    Parameters
    ----------
    name
        The name of the converter.
    directory
        Where the original files are.
    *options
        More words.

    Examples
    --------
    >>> converter_command("mnist", "my data", "--dtype", "bool")
    "brickyard data convert mnist --directory 'my data' --dtype bool"
    """
    words = [name, "--directory", str(directory), *options]
    return shlex.join(["brickyard", "data", "convert", *words])


def write_provenance(
    h5file: h5py.File,
    command: str,
    inputs: Mapping[str, Sequence[str | os.PathLike]],
) -> None:
    """Note in a converted file how it was made and from which bytes.

    Parameters
    ----------
    h5file
        The file, with its sources filled in. It gets the attributes
        ``brickyard_version``, ``h5py_version``, ``format_version`` and ``command``;
        every source gets ``inputs``, a JSON object of file names and their SHA-256
        digests.
    command
        The command that makes the same file again.
    inputs
        For every source the original files that its data came from.

    Raises
    ------
    ValueError
        If `inputs` does not name exactly the sources in the file. Dimension scales,
        such as the shapes of examples, are no sources.

    Examples
    --------
    >>> import h5py
    >>> h5file = h5py.File("provenance.hdf5", "w", driver="core", backing_store=False)
    >>> h5file["features"] = [[0.5, 1.5]]
    >>> write_provenance(h5file, "convert empty", {"features": [os.devnull]})
    >>> h5file.attrs["command"], json.loads(h5file["features"].attrs["inputs"])
    ('convert empty', {'null': 'e3b0c442...'})
    >>> h5file.close()
    """
    import h5py

    sources = {name for name in h5file if not getattr(h5file[name], "is_scale", False)}
    if set(inputs) != sources:
        raise ValueError(
            f"inputs are noted for the sources {sorted(inputs)}, but the file "
            f"{h5file.filename!r} has {sorted(sources)}; name the original files of "
            "every source"
        )
    h5file.attrs["brickyard_version"] = __version__
    h5file.attrs["h5py_version"] = h5py.__version__
    h5file.attrs["format_version"] = FORMAT_VERSION
    h5file.attrs["command"] = command
    # of many gigabytes, perhaps, and the origin of several sources
    files = {Path(path) for paths in inputs.values() for path in paths}
    digests = {path: sha256_of_file(path) for path in sorted(files)}
    for source, paths in inputs.items():
        found = {Path(path).name: digests[Path(path)] for path in paths}
        h5file[source].attrs["inputs"] = json.dumps(found)

"""Parameters alone, for other models and other libraries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from brickyard.training.checkpoint.files import FileSystem, write_atomically
from brickyard.training.checkpoint.reading import read_checkpoint, unpack_arrays
from brickyard.training.checkpoint.writing import pack_arrays
from brickyard.training.errors import CheckpointError
from brickyard.training.state_tree import split_state


def export_parameters(
    path: str | os.PathLike[str],
    parameters: Mapping[str, Any],
    *,
    file_system: FileSystem | None = None,
) -> None:
    """Write arrays to a plain safetensors file, in one step.

    Parameters
    ----------
    path
        The file.
    parameters
        Arrays by name, such as ``Model.get_parameter_values()`` gives.
    file_system
        The operations to use; tests make them fail.

    Raises
    ------
    TypeError
        If a value is not an array of booleans, integers or floats.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "mlp.safetensors"
    >>> export_parameters(path, {"/mlp/linear_0.b": np.zeros(2, "float32")})
    >>> import_parameters(path)
    {'/mlp/linear_0.b': array([0., 0.], dtype=float32)}
    >>> folder.cleanup()
    """
    _, arrays = split_state({k: np.asarray(v) for k, v in parameters.items()})
    if set(arrays) != set(parameters):
        odd = sorted(set(parameters) - set(arrays))
        raise ValueError(f"safetensors files cannot have arrays called {odd}")
    packed = pack_arrays(arrays)
    write_atomically(path, lambda write: write(packed), file_system)


def import_parameters(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read all arrays of a plain safetensors file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Arrays by name.

    Raises
    ------
    CheckpointError
        If the file is not in the safetensors format.
    """
    with open(path, "rb") as file:
        packed = file.read()
    return unpack_arrays(packed, "the file", os.fspath(path))


def load_parameters(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read parameters from a checkpoint or from a plain safetensors file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Arrays by name.

    Raises
    ------
    CheckpointError
        If the file is neither, or the checkpoint has no parameters.
    """
    with open(path, "rb") as file:
        is_archive = file.read(4) == b"PK\x03\x04"
    if not is_archive:
        try:
            return import_parameters(path)
        except CheckpointError as error:
            raise CheckpointError(
                f"{os.fspath(path)} is neither a checkpoint of brickyard nor a "
                f"safetensors file ({error})"
            ) from error
    parts = read_checkpoint(path).parts
    if "parameters" not in parts:
        raise CheckpointError(
            f"{os.fspath(path)} has no parameters, only {sorted(parts)}"
        )
    return parts["parameters"]

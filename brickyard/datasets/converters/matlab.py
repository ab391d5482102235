"""Arrays of numbers in MATLAB's files, versions 4 to 7.2."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

MAX_SIZE = 2**32
_CLASSES = {
    "double": 8,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "logical": 1,
    "single": 4,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
    "uint64": 8,
}


def matlab_shape(path: str | os.PathLike[str], name: str) -> tuple[int, ...]:
    """Return the shape of an array of numbers in a file, without reading the array.

    Parameters
    ----------
    path
        The file.
    name
        The name of the array.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or has no such array, or one that is too large.
    """
    from scipy.io import whosmat

    variables = {
        found: (tuple(map(int, shape)), kind)
        for found, shape, kind in _guarded(path, whosmat, appendmat=False)
    }
    if name not in variables:
        raise DatasetFileError(
            f"{str(path)!r} is truncated or of another data set, it lacks the array "
            f"{name!r}{near_match(name, variables)}"
        )
    shape, kind = variables[name]
    if kind not in _CLASSES:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} must be an array of numbers, got {kind}; it is "
            "not a file of this data set"
        )
    size = math.prod(shape) * _CLASSES[kind]
    if size > MAX_SIZE:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} has the shape {shape}, {size} bytes, more than "
            "any original file; the file is damaged"
        )
    return shape


def read_matlab_array(path: str | os.PathLike[str], name: str) -> np.ndarray:
    """Return an array of numbers in a file; the other variables are not read.

    Parameters
    ----------
    path
        The file.
    name
        The name of the array.

    Returns
    -------
    numpy.ndarray
        The array, with at least two axes, in the type of the file.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or has no such array, or one that is too large.

    Examples
    --------
    >>> import tempfile
    >>> from scipy.io import savemat
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "labels.mat"
    ...     savemat(path, {"y": [1, 2]})
    ...     read_matlab_array(path, "y")
    array([[1, 2]])
    """
    from scipy.io import loadmat

    shape = matlab_shape(path, name)
    loaded = _guarded(path, loadmat, appendmat=False, variable_names=[name])
    array = loaded.get(name)
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} is announced with the shape {shape} and has "
            f"{getattr(array, 'shape', None)}; the file is damaged, fetch it again"
        )
    return array


def _guarded(
    path: str | os.PathLike[str], read: Callable[..., Any], **kwargs: Any
) -> Any:
    with Path(path).open("rb") as file:
        try:
            return read(file, **kwargs)
        # a damaged file makes SciPy raise errors of many kinds
        except Exception as error:
            raise DatasetFileError(
                f"{str(path)!r} is not a MATLAB file of version 4 to 7.2, or is "
                f"truncated or damaged ({type(error).__name__}: {error}); fetch it "
                "again"
            ) from error

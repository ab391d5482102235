"""Arrays of numbers in MATLAB's files, versions 5 to 7.2."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from brickyard.datasets.converters.matlab_elements import (
    NUMBERS,
    Variable,
    find_variable,
    naming,
)
from brickyard.datasets.converters.progress import open_tracked
from brickyard.datasets.exceptions import DatasetFileError

MAX_SIZE = 2**32


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
    with Path(path).open("rb") as file, naming(path):
        return _find(file, path, name).shape


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
    with open_tracked(path) as file, naming(path):
        variable = _find(file, path, name)
        values = variable.content.values(math.prod(variable.shape))
        variable.content.stream.finish()
    values = values.astype(NUMBERS[variable.kind], copy=False)
    return values.reshape(variable.shape, order="F")


def _find(file: BinaryIO, path: str | os.PathLike[str], name: str) -> Variable:
    variable = find_variable(file, path, name, "array")
    if variable.kind not in NUMBERS or variable.is_complex:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} must be an array of real numbers, got "
            f"{variable.description}; it is not a file of this data set"
        )
    size = math.prod(variable.shape) * np.dtype(NUMBERS[variable.kind]).itemsize
    if size > MAX_SIZE:
        raise DatasetFileError(
            f"{str(path)!r}: {name!r} has the shape {variable.shape}, {size} bytes, "
            "more than any original file; the file is damaged"
        )
    return variable

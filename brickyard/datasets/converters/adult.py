"""Adult (census income) from its original files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists, fill_hdf5_file
from brickyard.datasets.converters.csv_lines import (
    parse_class,
    parse_number,
    read_csv_lines,
)
from brickyard.datasets.converters.original_files import find_original
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.exceptions import DatasetFileError

NUM_LINES = {"train": 32_561, "test": 16_281}
NUM_COLUMNS = 104
MISSING = "?"
CLASSES = ("<=50K", ">50K")
# By name, whether the attribute is a number.
ATTRIBUTES = {
    "age": True,
    "workclass": False,
    "fnlwgt": True,
    "education": False,
    "education-num": True,
    "marital-status": False,
    "occupation": False,
    "relationship": False,
    "race": False,
    "sex": False,
    "capital-gain": True,
    "capital-loss": True,
    "hours-per-week": True,
    "native-country": False,
}
AXIS_LABELS = {"features": ("batch", "feature"), "targets": ("batch", "index")}
_NAMES = {"train": "adult.data", "test": "adult.test"}
_Rows = list[tuple[int, list[str]]]


@check_exists([(name, f"{name}.gz") for name in _NAMES.values()])
def convert_adult(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "adult.hdf5",
) -> tuple[str]:
    """Convert the census data of adults to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, feature)``, float32, and the
    source ``targets`` of shape ``(batch, index)``, 1 for an income above 50,000 dollars
    a year and 0 otherwise, as uint8. Examples with missing values are left out, which
    leaves 30,162 for training and 15,060 for testing.

    The features follow the order of the attributes. Numbers are as they are; an
    attribute with categories becomes a column for each of them, sorted by name, which
    is 1 for the category of the example and 0 elsewhere. The columns, 104 in all, are
    the same in both splits, and named in the attribute ``columns`` of the source.

    Parameters
    ----------
    directory
        Where the original files are: ``adult.data`` and ``adult.test`` of the UCI
        repository.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If an original file is missing.
    DatasetFileError
        If an original file is malformed or truncated.

    References
    ----------
    Becker, B. and Kohavi, R. (1996). Adult. UCI Machine Learning Repository,
    https://doi.org/10.24432/C5XW20.
    """
    paths = {
        split: find_original(directory, name) or Path(directory) / name
        for split, name in _NAMES.items()
    }
    rows = {split: _read(path, NUM_LINES[split]) for split, path in paths.items()}
    categories = _categories([fields for part in rows.values() for _, fields in part])
    data: list[tuple] = []
    for split, part in rows.items():
        data.append((split, "features", _features(part, categories, paths[split])))
        data.append((split, "targets", _targets(part, paths[split])))
    columns = _columns(categories)
    if len(columns) != NUM_COLUMNS:
        raise DatasetFileError(
            f"{str(directory)!r}: the categories in {', '.join(_NAMES.values())} make "
            f"{len(columns)} columns instead of {NUM_COLUMNS}; a file is damaged, or "
            "of another data set"
        )
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS)
        originals = list(paths.values())
        write_provenance(
            h5file,
            converter_command("adult", directory),
            {"features": originals, "targets": originals},
        )
        h5file["features"].attrs["columns"] = json.dumps(columns)
    return (str(output_path),)


def convert_to_one_hot(y: np.ndarray, num_classes: int | None = None) -> np.ndarray:
    """Return vectors with a 1 at the position of each class.

    Parameters
    ----------
    y
        Classes, integers from 0, of shape ``(batch,)``.
    num_classes
        How many classes there are; None for one more than the largest in `y`.

    Returns
    -------
    numpy.ndarray
        Zeros and ones, float32, of shape ``(batch, classes)``.

    Raises
    ------
    TypeError
        If `y` does not have integers.
    ValueError
        If `y` has not one axis, or a class is negative or too large.

    Examples
    --------
    >>> convert_to_one_hot([2, 0])
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    y = np.asarray(y)
    if y.dtype.kind not in "iu":
        raise TypeError(f"classes must be integers, got {y.dtype}")
    if y.ndim != 1:
        raise ValueError(f"classes must have the shape (batch,), got {y.shape}")
    if num_classes is None:
        num_classes = int(y.max(initial=-1)) + 1
    if y.size and (y.min() < 0 or y.max() >= num_classes):
        raise ValueError(
            f"classes must be from 0 to {num_classes - 1}, got {y.min()} to {y.max()}"
        )
    return (y[:, None] == np.arange(num_classes)).astype(np.float32)


def _read(path: Path, num_lines: int) -> _Rows:
    num_fields = len(ATTRIBUTES) + 1
    lines = read_csv_lines(path, num_fields, num_lines, comment="|")
    return [(line, fields) for line, fields in lines if MISSING not in fields]


def _categories(rows: list[list[str]]) -> dict[str, list[str]]:
    return {
        name: [] if numeric else sorted({fields[position] for fields in rows})
        for position, (name, numeric) in enumerate(ATTRIBUTES.items())
    }


def _columns(categories: dict[str, list[str]]) -> list[str]:
    columns = []
    for name, known in categories.items():
        columns += [f"{name}={category}" for category in known] or [name]
    return columns


def _features(rows: _Rows, categories: dict[str, list[str]], path: Path) -> np.ndarray:
    pieces = []
    for position, (name, known) in enumerate(categories.items()):
        if known:
            place = {category: index for index, category in enumerate(known)}
            classes = np.array([place[f[position]] for _, f in rows], dtype=np.int64)
            pieces.append(convert_to_one_hot(classes, len(known)))
        else:
            numbers = [
                [parse_number(fields[position], name, path, line)]
                for line, fields in rows
            ]
            pieces.append(np.array(numbers, dtype=np.float32).reshape(-1, 1))
    return np.concatenate(pieces, axis=1)


def _targets(rows: _Rows, path: Path) -> np.ndarray:
    # the test file ends its lines with a full stop
    classes = [
        [parse_class(fields[-1].removesuffix("."), CLASSES, "income", path, line)]
        for line, fields in rows
    ]
    return np.array(classes, dtype=np.uint8).reshape(-1, 1)

"""Iris from its original file."""

from __future__ import annotations

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

NUM_EXAMPLES = 150
FEATURES = ("sepal length", "sepal width", "petal length", "petal width")
CLASSES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
AXIS_LABELS = {"features": ("batch", "feature"), "targets": ("batch", "index")}


@check_exists([("iris.data", "iris.data.gz")])
def convert_iris(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "iris.hdf5",
) -> tuple[str]:
    """Convert the measurements of irises to one HDF5 file.

    The file has one split, ``all``, of 150 examples in their original order, with the
    source ``features`` of shape ``(batch, feature)``, float32: lengths and widths of
    sepals and petals in centimetres; and the source ``targets`` of shape ``(batch,
    index)``, the species from 0 to 2 as uint8.

    Parameters
    ----------
    directory
        Where the original file is: ``iris.data`` of the UCI repository.
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
        If the original file is missing.
    DatasetFileError
        If the original file is malformed or truncated.

    References
    ----------
    Fisher, R. A. (1936). The use of multiple measurements in taxonomic problems.
    Annals of Eugenics 7(2), table I.
    """
    path = find_original(directory, "iris.data") or Path(directory) / "iris.data"
    features, targets = [], []
    for line, fields in read_csv_lines(path, len(FEATURES) + 1, NUM_EXAMPLES):
        features.append(
            [
                parse_number(field, name, path, line)
                for field, name in zip(fields[:-1], FEATURES, strict=True)
            ]
        )
        targets.append([parse_class(fields[-1], CLASSES, "species", path, line)])
    data = [
        ("all", "features", np.array(features, dtype=np.float32)),
        ("all", "targets", np.array(targets, dtype=np.uint8)),
    ]
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS)
        command = converter_command("iris", directory)
        write_provenance(h5file, command, {"features": [path], "targets": [path]})
    return (str(output_path),)

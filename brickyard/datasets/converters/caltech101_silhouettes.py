"""CalTech 101 Silhouettes from its original files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists, fill_hdf5_file
from brickyard.datasets.converters.matlab import read_matlab_array
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.exceptions import DatasetFileError

SIZES = (16, 28)
NUM_CLASSES = 101
# The names of the splits in the original files.
SPLITS = {"train": "train", "valid": "val", "test": "test"}
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}


def convert_silhouettes(
    size: int,
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str | None = None,
) -> tuple[str]:
    """Convert the CalTech 101 Silhouettes to one HDF5 file.

    The file has the splits ``train``, ``valid`` and ``test``, with the source
    ``features`` of shape ``(batch, channel, height, width)``, uint8, 0 or 1, one
    channel; and the source ``targets`` of shape ``(batch, index)``, the classes from 1
    to 101 as uint8. The pixels of an image are in the order of the original file.

    Parameters
    ----------
    size
        Height and width of the images in pixels, 16 or 28.
    directory
        Where the original file is: ``caltech101_silhouettes_<size>_split1.mat``.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file: ``caltech101_silhouettes<size>.hdf5``.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    ValueError
        If there is no such size.
    MissingInputFiles
        If the original file is missing.
    DatasetFileError
        If the original file is malformed or truncated.

    References
    ----------
    Marlin, B., Swersky, K., Chen, B. and de Freitas, N. (2010). Inductive principles
    for restricted Boltzmann machine learning. AISTATS, section 5.
    """
    if size not in SIZES:
        raise ValueError(
            f"CalTech 101 Silhouettes come in the sizes 16 and 28, got {size!r}"
        )
    name = f"caltech101_silhouettes_{size}_split1.mat"
    path = check_exists([name])(Path)(directory) / name
    data = [
        (split, source, array)
        for split, prefix in SPLITS.items()
        for source, array in _read_split(path, prefix, size).items()
    ]
    filename = output_filename or f"caltech101_silhouettes{size}.hdf5"
    output_path = Path(output_directory) / filename
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS)
        command = converter_command(
            "caltech101_silhouettes", directory, "--size", str(size)
        )
        write_provenance(h5file, command, {"features": [path], "targets": [path]})
    return (str(output_path),)


def _read_split(path: Path, prefix: str, size: int) -> dict[str, np.ndarray]:
    pixels = read_matlab_array(path, f"{prefix}_data")
    labels = read_matlab_array(path, f"{prefix}_labels")
    if pixels.ndim != 2 or pixels.shape[1] != size**2 or not len(pixels):
        raise DatasetFileError(
            f"{str(path)!r}: '{prefix}_data' must have the shape (batch, {size**2}), "
            f"got {pixels.shape}; it is not a file of this data set"
        )
    if labels.size != len(pixels):
        raise DatasetFileError(
            f"{str(path)!r}: '{prefix}_labels' must have a label for each of "
            f"{len(pixels)} images, got {labels.size}"
        )
    if not np.isin(pixels, (0, 1)).all():
        raise DatasetFileError(
            f"{str(path)!r}: '{prefix}_data' must be zeros and ones; the file is "
            "damaged, or of another data set"
        )
    if not np.isin(labels, np.arange(1, NUM_CLASSES + 1)).all():
        raise DatasetFileError(
            f"{str(path)!r}: '{prefix}_labels' must be whole numbers from 1 to "
            f"{NUM_CLASSES}, got {labels.min()} to {labels.max()}"
        )
    return {
        "features": pixels.astype(np.uint8).reshape(-1, 1, size, size),
        "targets": labels.astype(np.uint8).reshape(-1, 1),
    }

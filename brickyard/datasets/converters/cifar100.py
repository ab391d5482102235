"""CIFAR-100 from its original files."""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.datasets.converters.cifar10 import write_cifar
from brickyard.datasets.converters.cifar_files import Label, Version, find_cifar_files
from brickyard.datasets.converters.provenance import converter_command

NUM_IMAGES = {"train": 50_000, "test": 10_000}
VERSIONS = (
    Version(
        "cifar-100-binary.tar.gz",
        "cifar-100-binary",
        {"train": ("train.bin",), "test": ("test.bin",)},
        binary=True,
    ),
    Version(
        "cifar-100-python.tar.gz",
        "cifar-100-python",
        {"train": ("train",), "test": ("test",)},
        binary=False,
    ),
)
LABELS = (
    Label("coarse_labels", "coarse_labels", 20),
    Label("fine_labels", "fine_labels", 100),
)


def convert_cifar100(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "cifar100.hdf5",
) -> tuple[str]:
    """Convert the images of CIFAR-100 to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    uint8, 50,000 training and 10,000 test images of three channels (red, green, blue)
    of 32 x 32 pixels, and the sources ``coarse_labels``, from 0 to 19, and
    ``fine_labels``, from 0 to 99, of shape ``(batch, index)``, as uint8.

    Parameters
    ----------
    directory
        Where the original files are: the archive ``cifar-100-binary.tar.gz`` or
        ``cifar-100-python.tar.gz``, the folder that is in it, or the two files that
        are in that. Single files may be compressed by gzip. The Python version is
        read without running anything that its pickles say.
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
    Krizhevsky, A. (2009). Learning multiple layers of features from tiny images.
    Technical report, University of Toronto, chapter 3.
    """
    return write_cifar(
        Path(output_directory) / output_filename,
        find_cifar_files(directory, VERSIONS, "CIFAR-100"),
        LABELS,
        num_images=NUM_IMAGES,
        command=converter_command("cifar100", directory),
    )

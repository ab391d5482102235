"""The binarized MNIST from its original text files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists, fill_hdf5_file
from brickyard.datasets.converters.original_files import find_original, read_original
from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.exceptions import DatasetFileError

NUM_IMAGES = {"train": 50_000, "valid": 10_000, "test": 10_000}
NUM_PIXELS = 28 * 28
AXIS_LABELS = {"features": ("batch", "channel", "height", "width")}
_NAMES = {split: f"binarized_mnist_{split}.amat" for split in NUM_IMAGES}


@check_exists([(name, f"{name}.gz") for name in _NAMES.values()])
def convert_binarized_mnist(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "binarized_mnist.hdf5",
) -> tuple[str]:
    """Convert the images of the binarized MNIST to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    50,000 training, 10,000 validation and 10,000 test images of one channel of 28 x 28
    pixels, each 0 or 1 as uint8.

    Parameters
    ----------
    directory
        Where the three original files are, compressed by gzip or not:
        ``binarized_mnist_train.amat``, ``binarized_mnist_valid.amat`` and
        ``binarized_mnist_test.amat``.
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
    Larochelle, H. and Murray, I. (2011). The neural autoregressive distribution
    estimator. AISTATS, section 6.2, after Salakhutdinov, R. and Murray, I. (2008). On
    the quantitative analysis of deep belief networks. ICML, section 5.1.
    """
    paths = [
        find_original(directory, name) or Path(directory) / name
        for name in _NAMES.values()
    ]
    data = [
        (split, "features", read_binary_images(path, num_images))
        for path, (split, num_images) in zip(paths, NUM_IMAGES.items(), strict=True)
    ]
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS)
        command = converter_command("binarized_mnist", directory)
        write_provenance(h5file, command, {"features": paths})
    return (str(output_path),)


def read_binary_images(filename: str | os.PathLike[str], num_images: int) -> np.ndarray:
    """Read images from a text file of 784 zeros and ones a line.

    Parameters
    ----------
    filename
        The file, compressed by gzip or not.
    num_images
        How many lines it must have.

    Returns
    -------
    numpy.ndarray
        The images, uint8, of shape ``(batch, channel, height, width)``.

    Raises
    ------
    DatasetFileError
        If there is something else in the file, or another number of lines.
    """
    lines = read_original(filename).splitlines()
    if len(lines) != num_images:
        raise DatasetFileError(
            f"{str(filename)!r} has {len(lines)} lines instead of {num_images}; it is "
            "truncated, or another file; fetch it again"
        )
    images = np.empty((num_images, NUM_PIXELS), np.uint8)
    task = f"images of {Path(filename).name}"
    with track_progress(task, num_images, "image") as advance:
        for number, line in enumerate(lines):
            images[number] = _parse_pixels(
                line, f"{str(filename)!r}, line {number + 1}"
            )
            advance(1)
    return images.reshape(-1, 1, 28, 28)


def _parse_pixels(line: bytes, where: str) -> np.ndarray:
    # as many words as there are digits, so that each word is one digit
    digits = line.translate(None, b" \t\r")
    pixels = np.frombuffer(digits, np.uint8) - ord("0")
    if (
        len(digits) != NUM_PIXELS
        or pixels.max() > 1
        or len(line.split()) != len(digits)
    ):
        raise DatasetFileError(
            f"{where}, must have {NUM_PIXELS} zeros and ones with spaces between them, "
            f"got {line[:20]!r}...; the file is truncated or damaged; fetch it again"
        )
    return pixels

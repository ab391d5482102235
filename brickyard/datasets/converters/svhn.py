"""Street View House Numbers from its original files; here format 2, cropped digits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.matlab import matlab_shape, read_matlab_array
from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.split_space import make_split_space
from brickyard.datasets.converters.svhn_format_1 import SPLITS, convert_svhn_format_1
from brickyard.datasets.exceptions import DatasetFileError

if TYPE_CHECKING:
    import h5py

IMAGE_SHAPE = (3, 32, 32)
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}
_CHUNK = 1000


def convert_svhn(
    which_format: int,
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str | None = None,
    *,
    without_extra: bool = False,
) -> tuple[str]:
    """Convert the Street View House Numbers to one HDF5 file.

    Parameters
    ----------
    which_format
        1 for images of whole numbers with a box around each digit, 2 for cropped
        digits.
    directory, output_directory, without_extra
        As in `convert_svhn_format_1` and `convert_svhn_format_2`.
    output_filename
        The name of the converted file: ``svhn_format_<which_format>.hdf5``.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    formats = {1: convert_svhn_format_1, 2: convert_svhn_format_2}
    if which_format not in formats:
        raise ValueError(
            "which_format of SVHN must be 1 (whole numbers) or 2 (cropped digits), got "
            f"{which_format!r}"
        )
    return formats[which_format](
        directory,
        output_directory,
        output_filename or f"svhn_format_{which_format}.hdf5",
        without_extra=without_extra,
    )


def convert_svhn_format_2(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "svhn_format_2.hdf5",
    *,
    without_extra: bool = False,
) -> tuple[str]:
    """Convert the cropped digits of the Street View House Numbers to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    uint8, 73,257 training, 531,131 extra and 26,032 test images of three channels (red,
    green, blue) of 32 x 32 pixels, and the source ``targets`` of shape ``(batch,
    index)``, their digits from 0 to 9 as uint8. The original files write 10 for 0.

    One split is in memory at a time, 1.6 GB for the extra one.

    Parameters
    ----------
    directory
        Where the original files are: ``train_32x32.mat``, ``extra_32x32.mat`` and
        ``test_32x32.mat``.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.
    without_extra
        Whether to leave out the extra images, the file of which is then not needed.

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
    Netzer, Y., Wang, T., Coates, A., Bissacco, A., Wu, B. and Ng, A. Y. (2011). Reading
    digits in natural images with unsupervised feature learning. NIPS workshop on deep
    learning, section 3.
    """
    names = {
        split: f"{split}_32x32.mat"
        for split in SPLITS
        if not (without_extra and split == "extra")
    }
    folder = check_exists(names.values())(Path)(directory)
    paths = {split: folder / name for split, name in names.items()}
    lengths = {split: _num_images(path) for split, path in paths.items()}
    output_path = Path(output_directory) / output_filename
    options = ["--which-format", "2", *["--without-extra"] * without_extra]
    with atomic_hdf5_file(output_path) as h5file:
        starts = make_split_space(
            h5file,
            lengths,
            {"features": (IMAGE_SHAPE, np.uint8), "targets": ((1,), np.uint8)},
            axis_labels=AXIS_LABELS,
        )
        for split, path in paths.items():
            _write_split(h5file, path, starts[split])
        originals = list(paths.values())
        write_provenance(
            h5file,
            converter_command("svhn", directory, *options),
            {"features": originals, "targets": originals},
        )
    return (str(output_path),)


def _num_images(path: Path) -> int:
    pixels, labels = matlab_shape(path, "X"), matlab_shape(path, "y")
    if len(pixels) != 4 or pixels[:3] != (32, 32, 3) or not pixels[3]:
        raise DatasetFileError(
            f"{str(path)!r}: 'X' must have the shape (32, 32, 3, batch), got {pixels}; "
            "it is not a file of this data set"
        )
    if labels != (pixels[3], 1):
        raise DatasetFileError(
            f"{str(path)!r}: 'y' must have the shape ({pixels[3]}, 1), a label for "
            f"each image, got {labels}"
        )
    return pixels[3]


def _write_split(h5file: h5py.File, path: Path, start: int) -> None:
    labels = read_matlab_array(path, "y")
    if not np.isin(labels, np.arange(1, 11)).all():
        raise DatasetFileError(
            f"{str(path)!r}: 'y' must be whole numbers from 1 to 10, got "
            f"{labels.min()} to {labels.max()}; the file is damaged"
        )
    digits = labels.astype(np.uint8) % 10
    h5file["targets"][start : start + len(digits)] = digits
    images = read_matlab_array(path, "X")
    if images.dtype != np.uint8:
        raise DatasetFileError(
            f"{str(path)!r}: 'X' must be unsigned bytes, got {images.dtype}; it is not "
            "a file of this data set"
        )
    count = images.shape[3]
    with track_progress(f"images of {path.name}", count, "image") as advance:
        for first in range(0, count, _CHUNK):
            chunk = images[..., first : first + _CHUNK].transpose(3, 2, 0, 1)
            place = slice(start + first, start + first + len(chunk))
            h5file["features"][place] = chunk
            advance(len(chunk))

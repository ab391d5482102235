"""Dogs vs. Cats from its original files."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.decoded_images import decode_image
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.varying_sources import (
    make_varying_source,
    write_varying_example,
)
from brickyard.datasets.converters.zip_archives import iterate_zip, zip_names
from brickyard.datasets.exceptions import DatasetFileError

if TYPE_CHECKING:
    import h5py

TRAIN = "dogs_vs_cats.train.zip"
TEST = "dogs_vs_cats.test1.zip"
LABELS = {"cat": 0, "dog": 1}
# The order of examples in files that Fuel made, which this converter keeps.
SHUFFLE_SEED = 123522
_SUFFIXES = (".jpg", ".jpeg")


@check_exists([TRAIN, TEST])
def convert_dogs_vs_cats(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "dogs_vs_cats.hdf5",
) -> tuple[str]:
    """Convert Dogs vs. Cats to one HDF5 file.

    The file has the source ``image_features``, 25,000 training and 12,500 test images
    of different sizes, uint8, each of shape ``(channel, height, width)`` with the
    channels red, green and blue; and the source ``targets`` of shape ``(batch,
    index)``, uint8, 0 for cats and 1 for dogs, for the training images alone. The
    images of a split are in a random order, always the same.

    Parameters
    ----------
    directory
        Where the original archives are: ``dogs_vs_cats.train.zip`` and
        ``dogs_vs_cats.test1.zip``, which Kaggle calls ``train.zip`` and ``test1.zip``.
        They are read one image at a time, and never extracted.
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
        If an original archive is missing.
    DatasetFileError
        If an archive or something in it is malformed or truncated.

    References
    ----------
    Elson, J., Douceur, J. R., Howell, J. and Saul, J. (2007). Asirra: a CAPTCHA that
    exploits interest-aligned manual image categorization. CCS, section 3.
    """
    from brickyard.datasets.hdf5 import H5PYDataset

    paths = [Path(directory) / name for name in (TRAIN, TEST)]
    train, test = (_shuffled_names(path) for path in paths)
    labels = [_label(paths[0], name) for name in train]
    count, total = len(train), len(train) + len(test)
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        axes = ("channel", "height", "width")
        make_varying_source(h5file, "image_features", total, np.uint8, axes)
        targets = np.array(labels, dtype=np.uint8)[:, None]
        h5file["targets"] = targets
        for axis, label in enumerate(("batch", "index")):
            h5file["targets"].dims[axis].label = label
        for path, names, start in ((paths[0], train, 0), (paths[1], test, count)):
            _write_images(h5file, path, names, start)
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {
                "train": {"image_features": (0, count), "targets": (0, count)},
                "test": {"image_features": (count, total)},
            }
        )
        write_provenance(
            h5file,
            converter_command("dogs_vs_cats", directory),
            {"image_features": paths, "targets": paths[:1]},
        )
    return (str(output_path),)


def _shuffled_names(path: Path) -> list[str]:
    names = [name for name in zip_names(path) if name.lower().endswith(_SUFFIXES)]
    if not names:
        raise DatasetFileError(
            f"the archive {str(path)!r} has no JPEG images; fetch it again"
        )
    # RandomState, because its numbers are the same in every version of NumPy
    np.random.RandomState(SHUFFLE_SEED).shuffle(names)
    return names


def _label(path: Path, name: str) -> int:
    kind = PurePosixPath(name).name.split(".")[0]
    if kind not in LABELS:
        raise DatasetFileError(
            f"the archive {str(path)!r} has the image {name!r}, of which the name must "
            "start with 'cat.' or 'dog.'; it is not a file of this data set"
        )
    return LABELS[kind]


def _write_images(h5file: h5py.File, path: Path, names: list[str], start: int) -> None:
    places = {name: start + at for at, name in enumerate(names)}
    for member, content in iterate_zip(path, places.__contains__):
        pixels = decode_image(content, f"{path}:{member}", ["JPEG"])
        write_varying_example(h5file, "image_features", places[member], pixels)

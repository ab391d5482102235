"""Street View House Numbers, format 1 (whole numbers), from its original files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.converters.archives import (
    iterate_archive,
    read_archive_members,
)
from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.decoded_images import decode_image
from brickyard.datasets.converters.digit_struct import FIELDS, read_digit_struct
from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.varying_sources import (
    make_varying_source,
    write_varying_example,
)
from brickyard.datasets.exceptions import DatasetFileError

if TYPE_CHECKING:
    import h5py

SPLITS = ("train", "extra", "test")
_BOX_SOURCES = [f"bbox_{field}s" for field in FIELDS]


def convert_svhn_format_1(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "svhn_format_1.hdf5",
    *,
    without_extra: bool = False,
) -> tuple[str]:
    """Convert the whole numbers of the Street View House Numbers to one HDF5 file.

    The file has the source ``features``, 33,402 training, 202,353 extra and 13,068 test
    images of different sizes, uint8, each of shape ``(channel, height, width)`` with
    the channels red, green and blue; and the sources ``bbox_heights``, ``bbox_labels``,
    ``bbox_lefts``, ``bbox_tops`` and ``bbox_widths``, int16, each of shape ``(index,)``
    with one value per digit: its box in pixels and the digit from 0 to 9. The original
    files write 10 for 0.

    Parameters
    ----------
    directory
        Where the original archives are: ``train.tar.gz``, ``extra.tar.gz`` and
        ``test.tar.gz``. They are read one image at a time, and never extracted.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.
    without_extra
        Whether to leave out the extra images, the archive of which is then not needed.

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
    Netzer, Y., Wang, T., Coates, A., Bissacco, A., Wu, B. and Ng, A. Y. (2011). Reading
    digits in natural images with unsupervised feature learning. NIPS workshop on deep
    learning, section 3.
    """
    from brickyard.datasets.hdf5 import H5PYDataset

    splits = [each for each in SPLITS if each != "extra" or not without_extra]
    folder = check_exists([f"{split}.tar.gz" for split in splits])(Path)(directory)
    paths = {split: folder / f"{split}.tar.gz" for split in splits}
    boxes = {split: _read_boxes(path, split) for split, path in paths.items()}
    sources = ["features", *_BOX_SOURCES]
    intervals, total = {}, 0
    for split, found in boxes.items():
        intervals[split] = dict.fromkeys(sources, (total, total + len(found)))
        total += len(found)
    output_path = Path(output_directory) / output_filename
    options = ["--which-format", "1", *["--without-extra"] * without_extra]
    with atomic_hdf5_file(output_path) as h5file:
        axes = ("channel", "height", "width")
        make_varying_source(h5file, "features", total, np.uint8, axes)
        for source in _BOX_SOURCES:
            make_varying_source(h5file, source, total, np.int16, ("index",))
        for split, path in paths.items():
            start = intervals[split]["features"][0]
            _write_boxes(h5file, boxes[split], start)
            _write_images(h5file, path, split, list(boxes[split]), start)
        h5file.attrs["split"] = H5PYDataset.create_split_array(intervals)
        write_provenance(
            h5file,
            converter_command("svhn", directory, *options),
            {source: list(paths.values()) for source in sources},
        )
    return (str(output_path),)


def _read_boxes(path: Path, split: str) -> dict[str, np.ndarray]:
    member = f"{split}/digitStruct.mat"
    content = read_archive_members(path, [member])[member]
    boxes = read_digit_struct(content, f"{path}:{member}")
    labels = FIELDS.index("label")
    for name, values in boxes.items():
        if values[labels].min() < 1 or values[labels].max() > 10:
            raise DatasetFileError(
                f"'{path}:{member}': the labels of {name!r} must be from 1 to 10, got "
                f"{values[labels].tolist()}; the file is damaged"
            )
        values[labels] %= 10
    return boxes


def _write_boxes(
    h5file: h5py.File, boxes: Mapping[str, np.ndarray], start: int
) -> None:
    with track_progress("boxes", len(boxes), "image") as advance:
        for index, values in enumerate(boxes.values(), start):
            for source, numbers in zip(_BOX_SOURCES, values, strict=True):
                write_varying_example(h5file, source, index, numbers)
            advance(1)


def _write_images(
    h5file: h5py.File, path: Path, split: str, names: list[str], start: int
) -> None:
    places = {f"{split}/{name}": start + at for at, name in enumerate(names)}
    for member, content in iterate_archive(path, places.__contains__):
        image = decode_image(content, f"{path}:{member}", ["PNG"])
        write_varying_example(h5file, "features", places.pop(member), image)
    if places:
        raise DatasetFileError(
            f"{str(path)!r} lacks {len(places)} of the images with boxes, such as "
            f"{next(iter(places))!r}; fetch it again"
        )

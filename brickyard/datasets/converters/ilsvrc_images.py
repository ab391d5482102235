"""The image files of ImageNet's challenges, copied into an HDF5 file one at a time."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.converters.archives import (
    archive_names,
    iterate_archive,
    iterate_nested_archives,
)
from brickyard.datasets.converters.decoded_images import open_image
from brickyard.datasets.converters.ilsvrc_patches import MAX_IMAGE_SIZE, Patches
from brickyard.datasets.converters.original_files import GZIP_MAGIC
from brickyard.datasets.converters.varying_sources import (
    make_varying_source,
    write_varying_example,
)
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

if TYPE_CHECKING:
    import h5py

SOURCES = ("encoded_images", "filenames", "targets")
MAX_TOTAL_SIZE = 2**39
NAME_SIZE = 32
# One of the files that are called JPEG is a PNG image.
FORMATS = ["JPEG", "PNG"]


def make_image_space(
    h5file: h5py.File, lengths: Mapping[str, int], unlabelled: str | None = None
) -> dict[str, int]:
    """Make the sources of an HDF5 file, still empty.

    Parameters
    ----------
    h5file
        The file, open for writing.
    lengths
        How many images each split has, in the order in which they are to lie.
    unlabelled
        The last split, if its images have no targets.

    Returns
    -------
    dict
        Where each split starts.

    Examples
    --------
    >>> import h5py
    >>> h5file = h5py.File("space.hdf5", "w", driver="core", backing_store=False)
    >>> make_image_space(h5file, {"train": 4, "test": 2}, unlabelled="test")
    {'train': 0, 'test': 4}
    >>> h5file["filenames"].shape, h5file["targets"].shape
    ((6, 1), (4, 1))
    >>> h5file.close()
    """
    from brickyard.datasets.hdf5 import H5PYDataset

    starts, intervals, total = {}, {}, 0
    for split, length in lengths.items():
        starts[split] = total
        sources = [s for s in SOURCES if s != "targets" or split != unlabelled]
        intervals[split] = dict.fromkeys(sources, (total, total + length))
        total += length
    labelled = total if unlabelled is None else starts[unlabelled]
    make_varying_source(h5file, "encoded_images", total, np.uint8, ("byte",))
    h5file.create_dataset("filenames", (total, 1), f"S{NAME_SIZE}")
    h5file.create_dataset("targets", (labelled, 1), np.int16)
    for source in ("filenames", "targets"):
        for axis, label in enumerate(("batch", "index")):
            h5file[source].dims[axis].label = label
    h5file.attrs["split"] = H5PYDataset.create_split_array(intervals)
    return starts


def write_train_images(
    h5file: h5py.File,
    path: Path,
    labels: Mapping[str, int],
    places: np.ndarray,
    patches: Patches,
) -> None:
    """Copy the training images: an archive with one archive for each class.

    Parameters
    ----------
    h5file
        The file, with the sources of `make_image_space`.
    path
        The archive of archives.
    labels
        The label of each class by the name of its archive, without ``.tar``.
    places
        Where each image goes, shape ``(batch,)``: one class after the other, in the
        order of the archive, and within a class sorted by name.
    patches
        What replaces images.

    Raises
    ------
    DatasetFileError
        If an archive is malformed, or there are more or fewer images than places.
    """
    done = 0
    for inner in iterate_nested_archives(path, max_total_size=MAX_TOTAL_SIZE):
        wnid = inner.name.removesuffix(".tar")
        if wnid not in labels:
            raise DatasetFileError(
                f"the archive {str(path)!r} has the file {inner.name!r}, which is of "
                f"no class{near_match(wnid, labels)}"
            )
        ranks = {name: rank for rank, name in enumerate(sorted(inner.names()), done)}
        done += len(ranks)
        if done > len(places):
            break
        for name, content in inner.files(max_member_size=MAX_IMAGE_SIZE):
            where = f"{inner.path}:{name}"
            write_image(h5file, places[ranks[name]], where, content, patches)
            h5file["targets"][places[ranks[name]]] = labels[wnid]
    if done != len(places):
        raise DatasetFileError(
            f"the archive {str(path)!r} must have {len(places)} images, as the "
            f"development kit says, and has {'more' if done > len(places) else done}; "
            "fetch it again"
        )
    patches.check_used(path)


def write_other_images(
    h5file: h5py.File,
    path: Path,
    start: int,
    labels: np.ndarray | None,
    patches: Patches,
) -> None:
    """Copy validation or test images, sorted by name.

    Parameters
    ----------
    h5file
        The file, with the sources of `make_image_space`.
    path
        The archive of images.
    start
        Where the first of them goes.
    labels
        The labels of the sorted images, shape ``(batch,)``; None if they have none.
    patches
        What replaces images.

    Raises
    ------
    DatasetFileError
        If the archive is malformed, or has more or fewer images than labels.
    """
    names = sorted(archive_names(path, max_total_size=MAX_TOTAL_SIZE))
    if labels is not None:
        if len(names) != len(labels):
            raise DatasetFileError(
                f"the archive {str(path)!r} has {len(names)} images, and there are "
                f"{len(labels)} labels for them; fetch it again"
            )
        h5file["targets"][start : start + len(labels)] = labels[:, None]
    places = {name: start + rank for rank, name in enumerate(names)}
    for name, content in iterate_archive(
        path,
        places.__contains__,
        max_member_size=MAX_IMAGE_SIZE,
        max_total_size=MAX_TOTAL_SIZE,
    ):
        write_image(h5file, places[name], f"{path}:{name}", content, patches)
    patches.check_used(path)


def write_image(
    h5file: h5py.File, place: int, where: str, content: bytes, patches: Patches
) -> None:
    """Copy one image file and its name.

    Parameters
    ----------
    h5file
        The file, with the sources of `make_image_space`.
    place
        Which example it becomes.
    where
        The name of the image file with those of its archives and folders.
    content
        What is in it; perhaps compressed by gzip once more.
    patches
        What replaces images.

    Raises
    ------
    DatasetFileError
        If it is no image, as far as its header tells, or has a long name.
    """
    name = PurePosixPath(where.rsplit(":", 1)[1]).name
    encoded = name.encode()
    if len(encoded) > NAME_SIZE:
        raise DatasetFileError(
            f"{where!r}: the name of an image must have at most {NAME_SIZE} bytes; it "
            "is not one of this data set"
        )
    content = _unpacked(patches.apply(name, content), where)
    open_image(content, where, FORMATS).close()
    example = np.frombuffer(content, dtype=np.uint8)
    write_varying_example(h5file, "encoded_images", place, example)
    h5file["filenames"][place] = encoded


def _unpacked(content: bytes, where: str) -> bytes:
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(MAX_IMAGE_SIZE + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetFileError(
            f"{where!r} is damaged: gzip cannot decompress it ({error}); fetch the "
            "archive again"
        ) from error
    if len(unpacked) > MAX_IMAGE_SIZE:
        raise DatasetFileError(
            f"{where!r} has more than {MAX_IMAGE_SIZE} bytes when decompressed, more "
            "than any image; fetch the archive again"
        )
    return unpacked

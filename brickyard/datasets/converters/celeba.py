"""CelebA from its original files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.celeba_lists import (
    SPLITS,
    check_same_images,
    read_attributes,
    read_partition,
)
from brickyard.datasets.converters.decoded_images import decode_image, open_image
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.split_space import make_split_space
from brickyard.datasets.converters.zip_archives import iterate_zip
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

if TYPE_CHECKING:
    import h5py

FORMATS = ("aligned_cropped", "64")
IMAGES = "img_align_celeba.zip"
ATTRIBUTES = "list_attr_celeba.txt"
PARTITION = "list_eval_partition.txt"
FOLDER = "img_align_celeba"
# How many images each split has, for those who did not fetch the list of splits.
LENGTHS = (162770, 19867, 19962)
ORIGINAL_SHAPE = (3, 218, 178)
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "target"),
}
_SMALL = (78, 64)
_CUT = slice(7, 71)


def convert_celeba(
    which_format: str,
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str | None = None,
) -> tuple[str]:
    """Convert CelebA to one HDF5 file.

    Parameters
    ----------
    which_format
        ``"aligned_cropped"`` for images of 218 x 178 pixels, ``"64"`` for 64 x 64.
    directory, output_directory
        As in `convert_celeba_aligned_cropped` and `convert_celeba_64`.
    output_filename
        The name of the converted file: ``celeba_<which_format>.hdf5``.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    converters = dict(
        zip(FORMATS, (convert_celeba_aligned_cropped, convert_celeba_64), strict=True)
    )
    if which_format not in converters:
        raise ValueError(
            f"which_format of CelebA is {which_format!r}, and there is no such format"
            f"{near_match(str(which_format), FORMATS)}"
        )
    return converters[which_format](
        directory, output_directory, output_filename or f"celeba_{which_format}.hdf5"
    )


def convert_celeba_aligned_cropped(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "celeba_aligned_cropped.hdf5",
) -> tuple[str]:
    """Convert the aligned and cropped images of CelebA to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    uint8, 162,770 training, 19,867 validation and 19,962 test images of three channels
    (red, green, blue) of 218 x 178 pixels; and the source ``targets`` of shape
    ``(batch, target)``, uint8, 1 for each of 40 attributes that the face has, else 0.
    It takes 24 GB.

    Parameters
    ----------
    directory
        Where the original files are: ``img_align_celeba.zip``, the images of which are
        read one at a time and never extracted, ``list_attr_celeba.txt``, and
        ``list_eval_partition.txt``, which says to which split each image belongs.
        Without the latter there must be 202,599 images, and are split by their number.
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
        If an original file or an image is malformed or truncated.

    References
    ----------
    Liu, Z., Luo, P., Wang, X. and Tang, X. (2015). Deep learning face attributes in the
    wild. ICCV, section 4.
    """
    return _convert("aligned_cropped", directory, output_directory, output_filename)


def convert_celeba_64(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "celeba_64.hdf5",
) -> tuple[str]:
    """Convert the images of CelebA, scaled down to 64 x 64 pixels, to one HDF5 file.

    As `convert_celeba_aligned_cropped`, but images are brought to 78 x 64 pixels with
    Lanczos' filter, and seven rows are cut off at the top and at the bottom. The file
    takes 2.5 GB.

    Parameters
    ----------
    directory, output_directory, output_filename
        As in `convert_celeba_aligned_cropped`.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If an original file is missing.
    DatasetFileError
        If an original file or an image is malformed or truncated.

    References
    ----------
    Liu, Z., Luo, P., Wang, X. and Tang, X. (2015). Deep learning face attributes in the
    wild. ICCV, section 4.
    """
    return _convert("64", directory, output_directory, output_filename)


def _convert(
    which_format: str,
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str,
) -> tuple[str]:
    folder = check_exists([IMAGES, ATTRIBUTES])(Path)(directory)
    names, attributes = read_attributes(folder / ATTRIBUTES)
    splits = _splits(folder, attributes)
    # sorting is stable: within a split, images stay in the order of the list
    images = sorted(attributes, key=splits.__getitem__)
    counts = np.bincount([splits[image] for image in images], minlength=len(SPLITS))
    shape = ORIGINAL_SHAPE if which_format == "aligned_cropped" else (3, 64, 64)
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        make_split_space(
            h5file,
            dict(zip(SPLITS, counts.tolist(), strict=True)),
            {"features": (shape, np.uint8), "targets": ((len(names),), np.uint8)},
            axis_labels=AXIS_LABELS,
        )
        h5file["targets"][...] = np.stack([attributes[image] for image in images])
        _write_images(h5file, folder / IMAGES, images, small=which_format == "64")
        lists = [folder / ATTRIBUTES]
        partition = [folder / PARTITION] * (folder / PARTITION).is_file()
        write_provenance(
            h5file,
            converter_command("celeba", directory, "--which-format", which_format),
            {
                "features": [folder / IMAGES, *lists, *partition],
                "targets": [*lists, *partition],
            },
        )
    return (str(output_path),)


def _splits(folder: Path, attributes: dict[str, np.ndarray]) -> dict[str, int]:
    path = folder / PARTITION
    if path.is_file():
        splits = read_partition(path)
        check_same_images(path, splits, attributes)
        return splits
    if len(attributes) != sum(LENGTHS):
        raise DatasetFileError(
            f"{str(folder / ATTRIBUTES)!r} has {len(attributes)} images, and the whole "
            f"data set {sum(LENGTHS)}; for a part of it, put {PARTITION!r} into "
            f"{str(folder)!r}"
        )
    codes = np.repeat(np.arange(len(LENGTHS)), LENGTHS).tolist()
    return dict(zip(sorted(attributes), codes, strict=True))


def _write_images(
    h5file: h5py.File, path: Path, images: list[str], small: bool
) -> None:
    features = h5file["features"]
    places = {f"{FOLDER}/{image}": at for at, image in enumerate(images)}
    for member, content in iterate_zip(path, places.__contains__, max_total_size=2**36):
        where = f"{path}:{member}"
        with open_image(content, where, ["JPEG"]) as image:
            size = image.height, image.width
        if size != ORIGINAL_SHAPE[1:]:
            raise DatasetFileError(
                f"{where!r} must have 218 x 178 pixels, got {size[0]} x {size[1]}; it "
                "is not an image of this data set"
            )
        pixels = decode_image(
            content, where, ["JPEG"], resize=_SMALL if small else None
        )
        if small:
            pixels = pixels[:, _CUT]
        features[places.pop(member)] = pixels
    if places:
        raise DatasetFileError(
            f"{str(path)!r} lacks {len(places)} of the images in {ATTRIBUTES!r}, such "
            f"as {next(iter(places))!r}; fetch it again"
        )

"""The images of ImageNet's challenge of 2010 from their original files."""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.ilsvrc_devkit import parse_labels, read_devkit
from brickyard.datasets.converters.ilsvrc_images import (
    make_image_space,
    write_other_images,
    write_train_images,
)
from brickyard.datasets.converters.ilsvrc_patches import Patches
from brickyard.datasets.converters.original_files import read_original
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.shuffle_seeds import (
    seed_option,
    shuffled_places,
)
from brickyard.datasets.ordering import DEFAULT_SEED

DEVKIT = "ILSVRC2010_devkit-1.0.tar.gz"
TEST_LABELS = "ILSVRC2010_test_ground_truth.txt"
TRAIN = "ILSVRC2010_images_train.tar"
VALID = "ILSVRC2010_images_val.tar"
TEST = "ILSVRC2010_images_test.tar"
PATCHES = "patch_images.tar"


@check_exists([DEVKIT, TEST_LABELS, TRAIN, VALID, TEST, PATCHES])
def convert_ilsvrc2010(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "ilsvrc2010.hdf5",
    shuffle_seed: int | None = DEFAULT_SEED,
) -> tuple[str]:
    """Convert the images of ImageNet's challenge of 2010 to one HDF5 file.

    The file has the sources ``encoded_images``, the contents of JPEG files as uint8,
    each of shape ``(byte,)``; ``targets``, their classes from 0 to 999 as int16; and
    ``filenames``, at most 32 bytes; both of shape ``(batch, index)`` with one index.
    There are 1,261,406 training, 50,000 validation and 150,000 test images; the latter
    two are sorted by name. Images for which there is a better one in
    ``patch_images.tar`` are replaced.

    Images are read one at a time, and never extracted. Of each only the header is
    looked at.

    Parameters
    ----------
    directory
        Where the original files are: ``ILSVRC2010_images_train.tar``,
        ``ILSVRC2010_images_val.tar``, ``ILSVRC2010_images_test.tar``,
        ``ILSVRC2010_devkit-1.0.tar.gz``, ``ILSVRC2010_test_ground_truth.txt`` and
        ``patch_images.tar``.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.
    shuffle_seed
        Non-negative integer, for the random order of the training images, so that
        neighbours are of different classes; None for one class after the other.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If an original file is missing.
    DatasetFileError
        If an original file or something in it is malformed or truncated.

    References
    ----------
    Russakovsky, O., Deng, J., Su, H., Krause, J., Satheesh, S., Ma, S., Huang, Z.,
    Karpathy, A., Khosla, A., Bernstein, M., Berg, A. C. and Fei-Fei, L. (2015).
    ImageNet large scale visual recognition challenge. International Journal of Computer
    Vision 115(3), section 3.
    """
    folder = Path(directory)
    devkit = read_devkit(folder / DEVKIT, "devkit-1.0/data", "ILSVRC2010")
    places = shuffled_places(devkit.num_train, shuffle_seed)
    test_labels = parse_labels(
        read_original(folder / TEST_LABELS),
        str(folder / TEST_LABELS),
        len(devkit.labels),
    )
    labels = {"valid": devkit.valid_labels, "test": test_labels}
    lengths = {split: len(found) for split, found in labels.items()}
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        starts = make_image_space(h5file, {"train": devkit.num_train, **lengths})
        patches = Patches(folder / PATCHES, "train")
        write_train_images(h5file, folder / TRAIN, devkit.labels, places, patches)
        for split, name, inner in (("valid", VALID, "val"), ("test", TEST, "test")):
            patches = Patches(folder / PATCHES, inner)
            start = starts[split]
            write_other_images(h5file, folder / name, start, labels[split], patches)
        images = [folder / name for name in (TRAIN, VALID, TEST, PATCHES)]
        write_provenance(
            h5file,
            converter_command("ilsvrc2010", directory, *seed_option(shuffle_seed)),
            {
                "encoded_images": images,
                "filenames": images[:3],
                "targets": [*images[:3], folder / DEVKIT, folder / TEST_LABELS],
            },
        )
    return (str(output_path),)

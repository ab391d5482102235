"""The images of ImageNet's challenge of 2012 from their original files."""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.datasets.converters.archives import archive_names
from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.ilsvrc_devkit import read_devkit
from brickyard.datasets.converters.ilsvrc_images import (
    MAX_TOTAL_SIZE,
    make_image_space,
    write_other_images,
    write_train_images,
)
from brickyard.datasets.converters.ilsvrc_patches import Patches
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.converters.shuffle_seeds import (
    seed_option,
    shuffled_places,
)
from brickyard.datasets.ordering import DEFAULT_SEED

DEVKIT = "ILSVRC2012_devkit_t12.tar.gz"
TRAIN = "ILSVRC2012_img_train.tar"
VALID = "ILSVRC2012_img_val.tar"
TEST = "ILSVRC2012_img_test.tar"


@check_exists([DEVKIT, TRAIN, VALID, TEST])
def convert_ilsvrc2012(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "ilsvrc2012.hdf5",
    shuffle_seed: int | None = DEFAULT_SEED,
) -> tuple[str]:
    """Convert the images of ImageNet's challenge of 2012 to one HDF5 file.

    The file has the sources ``encoded_images``, the contents of JPEG files as uint8,
    each of shape ``(byte,)``; ``targets``, their classes from 0 to 999 as int16; and
    ``filenames``, at most 32 bytes; both of shape ``(batch, index)`` with one index.
    There are 1,281,167 training, 50,000 validation and 100,000 test images; the latter
    two are sorted by name, and the test images have no targets.

    Images are read one at a time, and never extracted. Of each only the header is
    looked at.

    Parameters
    ----------
    directory
        Where the original archives are: ``ILSVRC2012_img_train.tar``,
        ``ILSVRC2012_img_val.tar``, ``ILSVRC2012_img_test.tar`` and
        ``ILSVRC2012_devkit_t12.tar.gz``.
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
        If an original archive is missing.
    DatasetFileError
        If an original archive or something in it is malformed or truncated.

    References
    ----------
    Russakovsky, O., Deng, J., Su, H., Krause, J., Satheesh, S., Ma, S., Huang, Z.,
    Karpathy, A., Khosla, A., Bernstein, M., Berg, A. C. and Fei-Fei, L. (2015).
    ImageNet large scale visual recognition challenge. International Journal of Computer
    Vision 115(3), section 3.
    """
    folder = Path(directory)
    devkit = read_devkit(folder / DEVKIT, "ILSVRC2012_devkit_t12/data", "ILSVRC2012")
    places = shuffled_places(devkit.num_train, shuffle_seed)
    valid = devkit.valid_labels
    num_test = len(archive_names(folder / TEST, max_total_size=MAX_TOTAL_SIZE))
    lengths = {"train": devkit.num_train, "valid": len(valid), "test": num_test}
    output_path = Path(output_directory) / output_filename
    with atomic_hdf5_file(output_path) as h5file:
        starts = make_image_space(h5file, lengths, unlabelled="test")
        patches = Patches()
        write_train_images(h5file, folder / TRAIN, devkit.labels, places, patches)
        write_other_images(h5file, folder / VALID, starts["valid"], valid, patches)
        write_other_images(h5file, folder / TEST, starts["test"], None, patches)
        images = [folder / name for name in (TRAIN, VALID, TEST)]
        write_provenance(
            h5file,
            converter_command("ilsvrc2012", directory, *seed_option(shuffle_seed)),
            {
                "encoded_images": images,
                "filenames": images,
                "targets": [*images[:2], folder / DEVKIT],
            },
        )
    return (str(output_path),)

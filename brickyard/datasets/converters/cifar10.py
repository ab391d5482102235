"""CIFAR-10 from its original files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import fill_hdf5_file
from brickyard.datasets.converters.cifar_files import (
    Label,
    OriginalFile,
    Version,
    find_cifar_files,
    parse_cifar_file,
)
from brickyard.datasets.converters.original_files import read_original
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)
from brickyard.datasets.exceptions import MissingInputFiles

NUM_IMAGES = 10_000
VERSIONS = (
    Version(
        "cifar-10-binary.tar.gz",
        "cifar-10-batches-bin",
        {
            "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
            "test": ("test_batch.bin",),
        },
        binary=True,
    ),
    Version(
        "cifar-10-python.tar.gz",
        "cifar-10-batches-py",
        {
            "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
            "test": ("test_batch",),
        },
        binary=False,
    ),
)
LABELS = (Label("targets", "labels", 10),)
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}
_PARTS = {
    "train": re.compile(r"(data_batch_[1-5])\.bin(\.gz)?"),
    "test": re.compile(r"(test_batch)(_\d+)?\.bin(\.gz)?"),
}


def convert_cifar10(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str = "cifar10.hdf5",
    *,
    partial: bool = False,
) -> tuple[str]:
    """Convert the images of CIFAR-10 to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    uint8, 50,000 training and 10,000 test images of three channels (red, green, blue)
    of 32 x 32 pixels, and the source ``targets`` of shape ``(batch, index)``, their
    classes from 0 to 9 as uint8.

    Parameters
    ----------
    directory
        Where the original files are: the archive ``cifar-10-binary.tar.gz`` or
        ``cifar-10-python.tar.gz``, the folder that is in it, or the six files that
        are in that. Single files may be compressed by gzip. The Python version is
        read without running anything that its pickles say.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.
    partial
        Whether to convert those files of the binary version that are there, if they
        are not all there: any of ``data_batch_1.bin`` to ``data_batch_5.bin`` and
        ``test_batch.bin``, or ``test_batch_<count>.bin`` with its first images alone.
        They may hold any number of images, and a split without a file is left out.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If an original file is missing, or with `partial`, if all are.
    DatasetFileError
        If an original file is malformed or truncated.

    References
    ----------
    Krizhevsky, A. (2009). Learning multiple layers of features from tiny images.
    Technical report, University of Toronto, chapter 3.
    """
    files = (
        _find_part(Path(directory))
        if partial
        else find_cifar_files(
            directory,
            VERSIONS,
            "CIFAR-10",
            hint=", or pass --partial (partial=True) for a file without them",
        )
    )
    command = converter_command("cifar10", directory, *["--partial"] * partial)
    return write_cifar(
        Path(output_directory) / output_filename,
        files,
        LABELS,
        num_images={} if partial else {"train": NUM_IMAGES, "test": NUM_IMAGES},
        command=command,
    )


def write_cifar(
    output_path: Path,
    files: Iterable[OriginalFile],
    labels: Sequence[Label],
    *,
    num_images: dict[str, int],
    command: str,
) -> tuple[str]:
    """Write the images of CIFAR-10 or CIFAR-100 to one HDF5 file.

    Parameters
    ----------
    output_path
        The path of the converted file.
    files
        The original files.
    labels
        The labels of each image.
    num_images
        How many images each file of a split must have; any number where it is not
        said.
    command
        The command that makes the same file again.

    Returns
    -------
    tuple
        The path of the converted file.
    """
    splits: dict[str, list[dict[str, np.ndarray]]] = {}
    paths: list[Path] = []
    for file in files:
        parsed = parse_cifar_file(file, labels, num_images.get(file.split))
        splits.setdefault(file.split, []).append(parsed)
        paths += [file.path] if file.path not in paths else []
    sources = ("features", *(label.source for label in labels))
    data = [
        (split, source, np.concatenate([part[source] for part in parts]))
        for split, parts in splits.items()
        for source in sources
    ]
    axis_labels = dict.fromkeys(sources, AXIS_LABELS["targets"])
    axis_labels["features"] = AXIS_LABELS["features"]
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=axis_labels)
        write_provenance(h5file, command, dict.fromkeys(sources, paths))
    return (str(output_path),)


def _find_part(directory: Path) -> Iterator[OriginalFile]:
    folder = VERSIONS[0].folder
    folders = [each for each in (directory, directory / folder) if each.is_dir()]
    paths = sorted(path for each in folders for path in each.iterdir())
    found = False
    for split, pattern in _PARTS.items():
        batches = set()
        for path in sorted(paths, key=lambda path: path.name):
            match = pattern.fullmatch(path.name)
            # the whole test batch sorts before a part of it
            if match and match[1] not in batches:
                batches.add(match[1])
                found = True
                yield OriginalFile(split, str(path), path, read_original(path), True)
    if not found:
        raise MissingInputFiles(
            f"directory {str(directory)!r} has no file of the binary version of "
            "CIFAR-10 at all; there should be some of these",
            [name for names in VERSIONS[0].files.values() for name in names],
        )

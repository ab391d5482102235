"""The files of CIFAR-10 and CIFAR-100: the binary version and the one for Python."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.archives import read_archive_members
from brickyard.datasets.converters.original_files import find_original, read_original
from brickyard.datasets.converters.plain_pickle import Plain, read_plain_pickle
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

IMAGE_SHAPE = (3, 32, 32)
NUM_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class Version:
    """One of the two forms in which the images are published.

    Parameters
    ----------
    archive
        The name of the archive.
    folder
        The folder in it.
    files
        The names of the files in the folder, by split.
    binary
        Whether they consist of records, rather than being pickles.
    """

    archive: str
    folder: str
    files: Mapping[str, Sequence[str]]
    binary: bool


@dataclass(frozen=True)
class Label:
    """One of the labels that each image has.

    Parameters
    ----------
    source
        The source it becomes.
    key
        Its key in the pickles.
    num_classes
        How many classes there are.
    """

    source: str
    key: str
    num_classes: int


@dataclass(frozen=True)
class OriginalFile:
    """The content of an original file.

    Parameters
    ----------
    split
        The split it belongs to.
    name
        The path of the file, and of the archive it is in, for messages.
    path
        The path of the file, or of the archive it is in.
    content
        Its bytes.
    binary
        Whether it consists of records, rather than being a pickle.
    """

    split: str
    name: str
    path: Path
    content: bytes
    binary: bool


def find_cifar_files(
    directory: str | os.PathLike[str],
    versions: Sequence[Version],
    data_set: str,
    *,
    hint: str = "",
) -> Iterator[OriginalFile]:
    """Read the files of the first version that is complete.

    Parameters
    ----------
    directory
        Where to look for each version: its files, its folder, or its archive.
    versions
        The versions, the preferred one first.
    data_set
        The name of the data set, for the message.
    hint
        What else to do about missing files, for the message.

    Yields
    ------
    OriginalFile
        The files in order, split by split.

    Raises
    ------
    MissingInputFiles
        If no version is complete, with the names of the archives and of the missing
        files of the first version.
    """
    directory = Path(directory)
    for version in versions:
        names = [name for files in version.files.values() for name in files]
        for folder in (directory, directory / version.folder):
            if all(find_original(folder, name) for name in names):
                yield from _read_folder(folder, version)
                return
        if (directory / version.archive).is_file():
            yield from _read_archive(directory / version.archive, version)
            return
    raise _nothing_complete(directory, versions, data_set, hint)


def _nothing_complete(
    directory: Path, versions: Sequence[Version], data_set: str, hint: str
) -> MissingInputFiles:
    first = versions[0]
    names = [name for files in first.files.values() for name in files]
    folder = max(
        (directory, directory / first.folder),
        key=lambda each: sum(find_original(each, name) is not None for name in names),
    )
    missing = [name for name in names if find_original(folder, name) is None]
    archives = " or ".join(repr(version.archive) for version in versions)
    return MissingInputFiles(
        f"directory {str(directory)!r} has no complete {data_set}: neither the archive "
        f"{archives}, nor all files of the binary version, of which {str(folder)!r} "
        f"lacks these (compressed by gzip or not); download them there first{hint}",
        missing,
    )


def _read_folder(folder: Path, version: Version) -> Iterator[OriginalFile]:
    for split, names in version.files.items():
        for name in names:
            path = find_original(folder, name) or folder / name
            content = read_original(path)
            yield OriginalFile(split, str(path), path, content, version.binary)


def _read_archive(path: Path, version: Version) -> Iterator[OriginalFile]:
    members = {
        f"{version.folder}/{name}": split
        for split, names in version.files.items()
        for name in names
    }
    contents = read_archive_members(path, members)
    for member, split in members.items():
        name = f"{path}:{member}"
        yield OriginalFile(split, name, path, contents.pop(member), version.binary)


def parse_cifar_file(
    file: OriginalFile, labels: Sequence[Label], num_images: int | None
) -> dict[str, np.ndarray]:
    """Return the images and labels in a file.

    Parameters
    ----------
    file
        The file.
    labels
        The labels of each image, in the order of the binary version.
    num_images
        How many images there must be; None for any number but 0.

    Returns
    -------
    dict
        By source, ``features`` and those of the labels: uint8 arrays of shape
        ``(batch, channel, height, width)`` and ``(batch, index)``.

    Raises
    ------
    DatasetFileError
        If the file is not such a file, has another number of images, or a label that
        there is no class for.
    """
    parse = _parse_records if file.binary else _parse_pickle
    pixels, classes = parse(file, labels)
    if len(pixels) != (num_images or len(pixels)) or not len(pixels):
        raise DatasetFileError(
            f"{file.name!r} has {len(pixels)} images instead of "
            f"{num_images or 'any'}; it is truncated, or of another data set"
        )
    for label in labels:
        largest = int(classes[label.source].max())
        if largest >= label.num_classes:
            raise DatasetFileError(
                f"{file.name!r} has the label {largest} among its {label.source}, "
                f"which go from 0 to {label.num_classes - 1}; it is damaged, or of "
                "another data set"
            )
    return {"features": pixels.reshape(-1, *IMAGE_SHAPE), **classes}


def _parse_records(
    file: OriginalFile, labels: Sequence[Label]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    size = len(labels) + NUM_PIXELS
    if len(file.content) % size:
        raise DatasetFileError(
            f"{file.name!r} is truncated, or no such file: its {len(file.content)} "
            f"bytes are not a whole number of records of {size} bytes; fetch it again"
        )
    records = np.frombuffer(file.content, np.uint8).reshape(-1, size)
    classes = {
        label.source: records[:, position : position + 1]
        for position, label in enumerate(labels)
    }
    return records[:, len(labels) :], classes


def _parse_pickle(
    file: OriginalFile, labels: Sequence[Label]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    values = read_plain_pickle(file.content, file.name)
    for key in ("data", *(label.key for label in labels)):
        if key not in values:
            raise DatasetFileError(
                f"{file.name!r} lacks the key {key!r}, it has {sorted(values)}; it is "
                "not a file of this data set"
            )
    pixels = values["data"]
    if not isinstance(pixels, np.ndarray) or pixels.shape[1:] != (NUM_PIXELS,):
        raise DatasetFileError(
            f"{file.name!r} must have an array of shape (batch, {NUM_PIXELS}) under "
            f"'data', got {_kind(pixels)}"
        )
    classes = {
        label.source: _as_classes(values[label.key], len(pixels), file, label)
        for label in labels
    }
    return pixels, classes


def _as_classes(
    values: Plain, num_images: int, file: OriginalFile, label: Label
) -> np.ndarray:
    if (
        not isinstance(values, list)
        or len(values) != num_images
        or any(type(value) is not int or not 0 <= value < 256 for value in values)
    ):
        raise DatasetFileError(
            f"{file.name!r} must have a list of {num_images} small integers under "
            f"{label.key!r}, one for each image, got {_kind(values)}"
        )
    return np.array(values, dtype=np.uint8)[:, None]


def _kind(value: Plain) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list):
        return f"a list of {len(value)} items"
    return f"{type(value).__name__}"

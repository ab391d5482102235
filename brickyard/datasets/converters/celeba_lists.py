"""The lists that come with CelebA: attributes and splits of its images."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from brickyard.datasets.converters.original_files import read_original
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.names import near_match

SPLITS = ("train", "valid", "test")
MAX_SIZE = 2**28


def read_attributes(
    path: str | os.PathLike[str],
) -> tuple[list[str], dict[str, np.ndarray]]:
    r"""Return the names of the attributes, and their values for each image.

    Parameters
    ----------
    path
        The list: a line with the number of images, one with the names, then one for
        each image, with its name and -1 or 1 for each attribute.

    Returns
    -------
    tuple
        The names, and by image, in the order of the list, its values: uint8, 0 or 1,
        shape ``(attribute,)``.

    Raises
    ------
    DatasetFileError
        If the list is malformed or truncated.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "list.txt"
    ...     count = path.write_text("1\nBald Young\n1.jpg -1 1\n")
    ...     read_attributes(path)
    (['Bald', 'Young'], {'1.jpg': array([0, 1], dtype=uint8)})
    """
    lines = _lines(path)
    _, count = next(lines, (0, []))
    _, names = next(lines, (0, []))
    if len(count) != 1 or not count[0].isdigit() or not names:
        raise _malformed(path, 1, "must be the number of images, and the next names")
    found: dict[str, np.ndarray] = {}
    for number, (image, *values) in lines:
        if len(values) != len(names) or not set(values) <= {"-1", "1"}:
            raise _malformed(
                path, number, f"must be an image and {len(names)} times -1 or 1"
            )
        if image in found:
            raise _malformed(path, number, f"names {image!r} a second time")
        found[image] = np.array([value == "1" for value in values], dtype=np.uint8)
    if len(found) != int(count[0]) or not found:
        raise DatasetFileError(
            f"{str(path)!r} announces {count[0]} images and has {len(found)}; fetch it "
            "again"
        )
    return names, found


def read_partition(path: str | os.PathLike[str]) -> dict[str, int]:
    """Return the split of each image.

    Parameters
    ----------
    path
        The list: a line for each image, with its name and 0, 1 or 2.

    Returns
    -------
    dict
        By image its split, a position in `SPLITS`.

    Raises
    ------
    DatasetFileError
        If the list is malformed.
    """
    found: dict[str, int] = {}
    for number, (image, *values) in _lines(path):
        if values not in (["0"], ["1"], ["2"]):
            raise _malformed(path, number, "must be an image and 0, 1 or 2")
        if image in found:
            raise _malformed(path, number, f"names {image!r} a second time")
        found[image] = int(values[0])
    return found


def check_same_images(
    path: str | os.PathLike[str], found: dict[str, int], images: dict[str, np.ndarray]
) -> None:
    """Raise unless two lists are of the same images.

    Parameters
    ----------
    path
        The one with the splits.
    found
        What is in it.
    images
        What is in the one with the attributes.

    Raises
    ------
    DatasetFileError
        If one of them lacks an image.
    """
    for image in images:
        if image not in found:
            raise DatasetFileError(
                f"{str(path)!r} lacks the image {image!r}{near_match(image, found)}"
            )
    if len(found) != len(images):
        raise DatasetFileError(
            f"{str(path)!r} has {len(found)} images and the list of attributes "
            f"{len(images)}; fetch both again"
        )


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, list[str]]]:
    content = read_original(path, MAX_SIZE)
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield number, line.decode("ascii", errors="replace").split()


def _malformed(
    path: str | os.PathLike[str], number: int, reason: str
) -> DatasetFileError:
    return DatasetFileError(f"{str(path)!r}: line {number} {reason}; fetch it again")

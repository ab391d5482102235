"""The development kits of ImageNet's challenges: classes, and labels of images."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from brickyard.datasets.converters.archives import read_archive_members
from brickyard.datasets.converters.matlab_structs import read_matlab_structs
from brickyard.datasets.exceptions import DatasetFileError

_FIELDS = ("WNID", "num_children", "num_train_images")


@dataclass(frozen=True)
class Devkit:
    """What a development kit says about the images.

    Parameters
    ----------
    labels
        The label of each class, from 0, by its identifier in WordNet.
    num_train
        How many training images there are.
    valid_labels
        The labels of the validation images in the order of their names, int16, shape
        ``(batch,)``.

    Examples
    --------
    >>> Devkit({"n02119789": 0}, 1300, np.zeros(50, "int16")).labels["n02119789"]
    0
    """

    labels: dict[str, int]
    num_train: int
    valid_labels: np.ndarray


def read_devkit(path: str | os.PathLike[str], folder: str, challenge: str) -> Devkit:
    """Return what a development kit says.

    Labels are positions in its table of classes, which is ordered by the numbers of the
    challenge. The table goes on with kinds of classes, which have no images.

    Parameters
    ----------
    path
        The archive.
    folder
        The folder of its data.
    challenge
        ``"ILSVRC2010"`` or ``"ILSVRC2012"``.

    Raises
    ------
    DatasetFileError
        If the archive or something in it is malformed.
    """
    table = f"{folder}/meta.mat"
    truth = f"{folder}/{challenge}_validation_ground_truth.txt"
    found = read_archive_members(path, [table, truth])
    where = f"{path}:{table}"
    number = f"{challenge}_ID"
    rows = read_matlab_structs(found[table], where, "synsets", [number, *_FIELDS])
    labels: dict[str, int] = {}
    num_train = 0
    for index, row in enumerate(rows):
        if _whole_number(row[number], where, number) != index + 1:
            raise DatasetFileError(
                f"{where!r}: the class {index + 1} of 'synsets' has another number in "
                f"{number}; the file is damaged"
            )
        if _whole_number(row["num_children"], where, "num_children"):
            continue
        name = row["WNID"]
        if not isinstance(name, str) or name in labels or len(labels) != index:
            raise DatasetFileError(
                f"{where!r}: the class {index + 1} of 'synsets' has the WNID {name!r}, "
                "which must be a text of its own, and come before all kinds of "
                "classes; the file is damaged"
            )
        labels[name] = index
        num_train += _whole_number(row["num_train_images"], where, "num_train_images")
    if not labels or not num_train:
        raise DatasetFileError(f"{where!r} has no classes with images; fetch it again")
    valid = parse_labels(found[truth], f"{path}:{truth}", len(labels))
    return Devkit(labels, num_train, valid)


def parse_labels(content: bytes, filename: str, num_classes: int) -> np.ndarray:
    r"""Return labels from 0 out of a text with a number from 1 on each line.

    Parameters
    ----------
    content
        The content of the text file.
    filename
        Its name, for messages.
    num_classes
        How many classes there are.

    Returns
    -------
    numpy.ndarray
        Int16, shape ``(batch,)``.

    Raises
    ------
    DatasetFileError
        If a line is something else, or there is none.

    Examples
    --------
    >>> parse_labels(b"3\n1\n", "truth.txt", 3)
    array([2, 0], dtype=int16)
    """
    labels = []
    for number, line in enumerate(content.split(), start=1):
        label = int(line) if line.isdigit() and len(line) < 6 else 0
        if not 1 <= label <= num_classes:
            raise DatasetFileError(
                f"{filename!r}: the label {number} must be from 1 to {num_classes}, "
                f"got {line[:20].decode('ascii', 'replace')!r}; fetch it again"
            )
        labels.append(label - 1)
    if not labels:
        raise DatasetFileError(f"{filename!r} has no labels; fetch it again")
    return np.array(labels, dtype=np.int16)


def _whole_number(value: str | np.ndarray, where: str, field: str) -> int:
    if isinstance(value, str) or value.size != 1 or not 0 <= value.item() < 2**31:
        raise DatasetFileError(
            f"{where!r}: {field} must be whole numbers, got {value!r}; the file is "
            "damaged"
        )
    number = int(value.item())
    if number != value.item():
        raise DatasetFileError(
            f"{where!r}: {field} must be whole numbers, got {value.item()}; the file "
            "is damaged"
        )
    return number

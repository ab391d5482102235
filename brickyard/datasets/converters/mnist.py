"""MNIST from its original idx files."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists, fill_hdf5_file
from brickyard.datasets.converters.original_files import find_original, read_original
from brickyard.datasets.converters.provenance import (
    converter_command,
    write_provenance,
)

IMAGE_MAGIC = 2051
LABEL_MAGIC = 2049
SPLITS = {"train": "train", "test": "t10k"}
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}
REQUIRED_FILES = [
    (f"{prefix}-{kind}-ubyte.gz", f"{prefix}-{kind}-ubyte")
    for prefix in SPLITS.values()
    for kind in ("images-idx3", "labels-idx1")
]


@check_exists(REQUIRED_FILES)
def convert_mnist(
    directory: str | os.PathLike,
    output_directory: str | os.PathLike,
    output_filename: str | None = None,
    dtype: DTypeLike | None = None,
) -> tuple[str]:
    """Convert the MNIST images and labels to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    60,000 training and 10,000 test images of one channel of 28 x 28 pixels, and the
    source ``targets`` of shape ``(batch, index)``, their classes as uint8.

    Parameters
    ----------
    directory
        Where the four original files are, compressed by gzip or not:
        ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file: ``mnist.hdf5``, or ``mnist_<dtype>.hdf5`` when
        `dtype` is given.
    dtype
        As in `read_mnist_images`.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If an original file is missing.
    ValueError
        If an original file is malformed, or has another number of images than the
        file beside it has labels.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning
    applied to document recognition. Proceedings of the IEEE 86(11), section III.A.
    """
    return convert_idx_images(
        "mnist", directory, output_directory, output_filename, dtype
    )


def convert_idx_images(
    name: str,
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str | None = None,
    dtype: DTypeLike | None = None,
) -> tuple[str]:
    """Convert the four files of a data set that is laid out and named as MNIST is.

    Parameters
    ----------
    name
        The name of the converter, and of the converted file.
    directory, output_directory, output_filename, dtype
        As in `convert_mnist`.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    ValueError
        As in `convert_mnist`.
    """
    if output_filename is None:
        suffix = "" if dtype is None else f"_{np.dtype(dtype)}"
        output_filename = f"{name}{suffix}.hdf5"
    output_path = Path(output_directory) / output_filename
    data: list[tuple] = []
    inputs: dict[str, list[Path]] = {"features": [], "targets": []}
    for split, prefix in SPLITS.items():
        images_path = _find(directory, f"{prefix}-images-idx3-ubyte")
        labels_path = _find(directory, f"{prefix}-labels-idx1-ubyte")
        images = read_mnist_images(images_path, dtype)
        labels = read_mnist_labels(labels_path)
        if len(images) != len(labels):
            raise ValueError(
                f"{str(images_path)!r} has {len(images)} images, but "
                f"{str(labels_path)!r} has {len(labels)} labels; they must come from "
                "the same data set"
            )
        data += [(split, "features", images), (split, "targets", labels)]
        inputs["features"].append(images_path)
        inputs["targets"].append(labels_path)
    options = () if dtype is None else ("--dtype", str(np.dtype(dtype)))
    with atomic_hdf5_file(output_path) as h5file:
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS)
        write_provenance(h5file, converter_command(name, directory, *options), inputs)
    return (str(output_path),)


def read_mnist_images(
    filename: str | os.PathLike, dtype: DTypeLike | None = None
) -> np.ndarray:
    """Read the images in an idx file.

    Parameters
    ----------
    filename
        An idx file of unsigned bytes with three axes, compressed by gzip or not.
    dtype
        None keeps the pixels as they are, uint8 from 0 to 255. A float type scales
        them to values from 0 to 1. ``bool`` is True for pixels of 128 and more.

    Returns
    -------
    numpy.ndarray
        The images, of shape ``(batch, channel, height, width)`` with one channel.

    Raises
    ------
    TypeError
        If `dtype` is neither a float type nor bool nor uint8.
    ValueError
        If the file is not such a file, or is truncated.
    """
    images = _read_idx(filename, IMAGE_MAGIC, "images")[:, None]
    if dtype is None or np.dtype(dtype) == np.uint8:
        return images
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return images >= 128
    if dtype.kind == "f":
        return np.divide(images, dtype.type(255), dtype=dtype)
    raise TypeError(
        f"images can be read as uint8, bool or a float type, not as {dtype}"
    )


def read_mnist_labels(filename: str | os.PathLike) -> np.ndarray:
    """Read the labels in an idx file.

    Parameters
    ----------
    filename
        An idx file of unsigned bytes with one axis, compressed by gzip or not.

    Returns
    -------
    numpy.ndarray
        The classes, uint8 from 0 to 9, of shape ``(batch, index)`` with one index.

    Raises
    ------
    ValueError
        If the file is not such a file, is truncated, or has a label above 9.
    """
    labels = _read_idx(filename, LABEL_MAGIC, "labels")[:, None]
    if labels.size and labels.max() > 9:
        raise ValueError(
            f"{str(filename)!r}: labels must be digits from 0 to 9, got "
            f"{labels.max()}; the file is not of MNIST, or is damaged"
        )
    return labels


def _read_idx(filename: str | os.PathLike, magic: int, kind: str) -> np.ndarray:
    content = read_original(filename)
    # the last byte of the magic number is the number of axes
    header_size = 4 + 4 * (magic & 0xFF)
    if len(content) < header_size:
        raise ValueError(
            f"{str(filename)!r}: the header of a file of {kind} has {header_size} "
            f"bytes, but the file ends after {len(content)}; fetch it again"
        )
    found, *shape = struct.unpack_from(f">{header_size // 4}I", content)
    if found != magic:
        raise ValueError(
            f"{str(filename)!r}: a file of {kind} starts with the number {magic}, got "
            f"{found}; it is another kind of file"
        )
    expected = header_size + math.prod(shape)
    if len(content) != expected:
        problem = "is truncated" if len(content) < expected else "has surplus bytes"
        raise ValueError(
            f"{str(filename)!r} {problem}: its header announces {kind} of shape "
            f"{tuple(shape)}, {expected} bytes in all, but it has {len(content)}; "
            "fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=header_size).reshape(shape)


def _find(directory: str | os.PathLike[str], name: str) -> Path:
    # a missing file is named by the error of opening it
    return find_original(directory, name) or Path(directory) / name

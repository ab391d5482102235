"""Fashion-MNIST from its original idx files."""

from __future__ import annotations

import os

from numpy.typing import DTypeLike

from brickyard.datasets.converters.base import check_exists
from brickyard.datasets.converters.mnist import REQUIRED_FILES, convert_idx_images


@check_exists(REQUIRED_FILES)
def convert_fashion_mnist(
    directory: str | os.PathLike[str],
    output_directory: str | os.PathLike[str],
    output_filename: str | None = None,
    dtype: DTypeLike | None = None,
) -> tuple[str]:
    """Convert the images and labels of Fashion-MNIST to one HDF5 file.

    The file is laid out as that of `convert_mnist`.

    Parameters
    ----------
    directory
        Where the four original files are. They have the names of those of MNIST, so
        keep them in another folder.
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file: ``fashion_mnist.hdf5``, or
        ``fashion_mnist_<dtype>.hdf5`` when `dtype` is given.
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
        If an original file is malformed or truncated.

    References
    ----------
    Xiao, H., Rasul, K. and Vollgraf, R. (2017). Fashion-MNIST: a novel image dataset
    for benchmarking machine learning algorithms. arXiv:1708.07747, section 2.
    """
    return convert_idx_images(
        "fashion_mnist", directory, output_directory, output_filename, dtype
    )

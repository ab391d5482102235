"""CIFAR-10: 60,000 small colour images of ten classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class CIFAR10(H5PYDataset):
    """Photographs of ten classes: 50,000 training and 10,000 test images of 32 x 32.

    Sources are ``features`` (uint8 from 0 to 255, ``(batch, channel, height, width)``
    with the channels red, green and blue) and ``targets`` (uint8 from 0 to 9, ``(batch,
    index)`` with one index; in order: airplane, automobile, bird, cat, deer, dog, frog,
    horse, ship, truck). The default transformers make ``features`` floatX from 0 to 1.

    The file ``cifar10.hdf5`` is looked for in the data path. To make it from the
    original files, binary or for Python::

        brickyard data convert cifar10 --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (184 MB), rather than each batch from the
        file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Krizhevsky, A. (2009). Learning multiple layers of features from tiny images.
    Technical report, University of Toronto, chapter 3.
    """

    filename = "cifar10.hdf5"
    default_transformers = uint8_pixels_to_floatX(("features",))

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "CIFAR10", "cifar10")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

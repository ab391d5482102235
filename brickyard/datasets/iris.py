"""Iris: measurements of 150 flowers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset


class Iris(H5PYDataset):
    """Lengths and widths of the sepals and petals of 150 irises of three species.

    Sources are ``features`` (float32, in centimetres, ``(batch, feature)``: sepal
    length, sepal width, petal length, petal width) and ``targets`` (uint8 from 0 to 2,
    ``(batch, index)`` with one index: setosa, versicolor, virginica). The examples are
    sorted by species; shuffle them before they are divided.

    The file ``iris.hdf5`` is looked for in the data path. To make it from the original
    file ``iris.data``::

        brickyard data convert iris --directory D

    Parameters
    ----------
    which_sets
        The splits to use: ``"all"``, the only one.
    load_in_memory
        Whether to read all of it at once (3 kB), rather than each batch from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Fisher, R. A. (1936). The use of multiple measurements in taxonomic problems.
    Annals of Eugenics 7(2), table I.
    """

    filename = "iris.hdf5"

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "Iris", "iris")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

"""Adult: whose income is above 50,000 dollars, by a census."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset


class Adult(H5PYDataset):
    """Census data of adults: 30,162 training and 15,060 test examples.

    Sources are ``features`` (float32, ``(batch, feature)`` with 104 features) and
    ``targets`` (uint8, ``(batch, index)`` with one index: 1 for an income above 50,000
    dollars a year, 0 otherwise). `convert_adult` says what the features are.

    The file ``adult.hdf5`` is looked for in the data path. To make it from the original
    files ``adult.data`` and ``adult.test``::

        brickyard data convert adult --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (19 MB), rather than each batch from the
        file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Becker, B. and Kohavi, R. (1996). Adult. UCI Machine Learning Repository,
    https://doi.org/10.24432/C5XW20.
    """

    filename = "adult.hdf5"

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "Adult", "adult")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

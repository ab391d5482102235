"""CalTech 101 Silhouettes: the outlines of 101 kinds of objects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset

SIZES = (16, 28)


class CalTech101Silhouettes(H5PYDataset):
    """Outlines of objects of 101 classes, filled, in black and white.

    Sources are ``features`` (uint8, 0 or 1, ``(batch, channel, height, width)`` with
    one channel) and ``targets`` (uint8 from 1 to 101, ``(batch, index)`` with one
    index).

    The file ``caltech101_silhouettes<size>.hdf5`` is looked for in the data path. To
    make it from the original file::

        brickyard data convert caltech101_silhouettes --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"``, ``"valid"`` and ``"test"``.
    size
        Height and width of the images in pixels, 16 or 28.
    load_in_memory
        Whether to read all of it at once (7 MB), rather than each batch from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    ValueError
        If there is no such size.
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Marlin, B., Swersky, K., Chen, B. and de Freitas, N. (2010). Inductive principles
    for restricted Boltzmann machine learning. AISTATS, section 5.
    """

    def __init__(
        self,
        which_sets: str | Iterable[str],
        size: int = 28,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        if size not in SIZES:
            raise ValueError(
                f"size of CalTech101Silhouettes must be 16 or 28, got {size!r}"
            )
        self.size = size
        super().__init__(
            self.data_path, which_sets, load_in_memory=load_in_memory, **kwargs
        )

    @property
    def filename(self) -> str:
        """The name of the converted file."""
        return f"caltech101_silhouettes{self.size}.hdf5"

    @property
    def data_path(self) -> Path:
        """Where the converted file is in the data path."""
        converter = f"caltech101_silhouettes --size {self.size}"
        return find_converted_file(self.filename, "CalTech101Silhouettes", converter)

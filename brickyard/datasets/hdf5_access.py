"""Opening HDF5 files for reading, and refusing those that reach outside themselves.

An HDF5 file can name other files: by external and soft links, by external storage and
by virtual datasets. A data file from elsewhere could so read any file of the user; none
of it is followed here.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_direct import DirectReader, direct_reader
from brickyard.datasets.kept_mapping import KeptMapping
from brickyard.datasets.names import near_match

if TYPE_CHECKING:
    import h5py

_MAX_LINKS = 16


def open_h5file(path: str | os.PathLike[str], driver: str | None = None) -> h5py.File:
    """Open an HDF5 file for reading.

    Parameters
    ----------
    path
        The file.
    driver
        One of h5py's drivers; None for its default.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DatasetFileError
        If it is not an HDF5 file, is truncated, or cannot be read.
    """
    import h5py

    if not os.path.exists(path):
        raise FileNotFoundError(
            f"there is no data file {str(path)!r}; check the path, or convert the data "
            "set first"
        )
    if os.path.isdir(path):
        raise DatasetFileError(f"{str(path)!r} is a folder; name the HDF5 file in it")
    try:
        return h5py.File(path, "r", driver=driver)
    except OSError as error:
        reason = "is not an HDF5 file" if _lacks_signature(path) else "cannot be opened"
        if "truncated" in str(error):
            reason = "is truncated; fetch or convert it again"
        raise DatasetFileError(f"{str(path)!r} {reason} ({error})") from error


def _lacks_signature(path: str | os.PathLike[str]) -> bool:
    import h5py

    return os.path.isfile(path) and not h5py.is_hdf5(path)


def checked_dataset(h5file: h5py.File, name: str) -> h5py.Dataset:
    """Return an HDF5 dataset that lies in the file as a whole.

    Parameters
    ----------
    h5file
        The open file.
    name
        The path of the dataset in the file.

    Raises
    ------
    DatasetFileError
        If there is none, or it or the way to it leads out of the file.
    """
    import h5py

    node = _resolve(h5file, h5file["/"], name, name, _MAX_LINKS)
    if not isinstance(node, h5py.Dataset):
        raise DatasetFileError(
            f"{h5file.filename!r}: source {name!r} must be an HDF5 dataset, it is a "
            f"{type(node).__name__}"
        )
    check_storage(node, h5file.filename, name)
    return node


def check_storage(dataset: h5py.Dataset, filename: str, name: str) -> None:
    """Raise if the values of an HDF5 dataset lie in other files.

    Parameters
    ----------
    dataset
        The HDF5 dataset.
    filename
        The file it is in, for the message.
    name
        What the dataset is called, for the message.

    Raises
    ------
    DatasetFileError
        If it is virtual or has external storage.
    """
    if dataset.is_virtual:
        raise DatasetFileError(
            f"{filename!r}: source {name!r} is a virtual dataset, made of parts of "
            "other datasets or files; virtual datasets are refused, copy the values "
            "into the file"
        )
    if dataset.external is not None:
        raise DatasetFileError(
            f"{filename!r}: source {name!r} has external storage, in other files; "
            "external storage is refused, copy the values into the file"
        )


def _resolve(h5file: h5py.File, start: Any, path: str, name: str, links: int) -> Any:
    """Follow hard links, and soft links within the file, component by component."""
    import h5py

    where = f"{h5file.filename!r}: source {name!r}"
    node = h5file["/"] if path.startswith("/") else start
    for component in path.strip("/").split("/"):
        if not isinstance(node, h5py.Group):
            raise DatasetFileError(f"{where} is not in the file")
        try:
            link = node.get(component, getlink=True)
        except TypeError as error:
            raise DatasetFileError(
                f"{where} is reached by a link of an unknown kind; it is refused"
            ) from error
        if link is None:
            raise DatasetFileError(
                f"{where} is not in the file{near_match(component, node)}"
            )
        if isinstance(link, h5py.ExternalLink):
            raise DatasetFileError(
                f"{where} is reached by an external link to {link.filename!r}; "
                "external links are refused, copy the values into the file"
            )
        if isinstance(link, h5py.SoftLink):
            if links == 0:
                raise DatasetFileError(f"{where} is reached by links in a circle")
            node = _resolve(h5file, node, link.path, name, links - 1)
        else:
            node = node[component]
    return node


class OpenFile:
    """An HDF5 file that opens when it is first read from, anew in every process.

    Parameters
    ----------
    source
        A path, or an open file, which is used as it is and never closed here.
    driver
        One of h5py's drivers; None for its default.
    mapping
        What maps the file for its readers; None for a mapping of this handle alone.
    whole
        Whether most of the examples in the file are going to be read.
    """

    def __init__(
        self,
        source: Path | h5py.File,
        driver: str | None = None,
        mapping: KeptMapping | None = None,
        whole: bool = False,
    ) -> None:
        self.source = source
        self.driver = driver
        self.whole = whole
        self._mapping = mapping or KeptMapping()
        self._file: Any = None
        self._datasets: dict[str, h5py.Dataset] = {}
        self._readers: dict[tuple[str, bool], DirectReader | h5py.Dataset] = {}
        self._process: int | None = None
        self._finalizer: weakref.finalize | None = None

    @property
    def is_open(self) -> bool:
        """Whether a file handle is held at the moment."""
        return self._file is not None

    @property
    def file(self) -> h5py.File:
        """The open file."""
        if self._process != os.getpid():
            self._open()
        return self._file

    def dataset(self, name: str) -> h5py.Dataset:
        """Return an HDF5 dataset of the file, checked when first asked for.

        Parameters
        ----------
        name
            The path of the dataset in the file.
        """
        h5file = self.file
        if name not in self._datasets:
            self._datasets[name] = checked_dataset(h5file, name)
        return self._datasets[name]

    def reader(self, name: str, scattered: bool) -> DirectReader | h5py.Dataset:
        """Return what reads a dataset fastest: the dataset itself for some layouts.

        Parameters
        ----------
        name
            The path of the dataset in the file.
        scattered
            Whether examples from anywhere are to be read.
        """
        key = (name, scattered)
        if self._process != os.getpid() or key not in self._readers:
            dataset = self.dataset(name)
            direct = direct_reader(dataset, scattered, self.whole, self._mapping)
            self._readers[key] = direct or dataset
        return self._readers[key]

    def close(self) -> None:
        """Close the handle, unless it was handed in open; reading opens it again."""
        self._datasets, self._readers = {}, {}
        self._file = self._process = None
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None

    def _open(self) -> None:
        if self._finalizer is not None:
            # A handle inherited by a fork shares its file position with the parent;
            # it is the parent's to close.
            self._finalizer.detach()
            self._finalizer = None
        self._datasets, self._readers = {}, {}
        if isinstance(self.source, Path):
            self._file = open_h5file(self.source, self.driver)
            self._finalizer = weakref.finalize(self, self._file.close)
        elif self.source:
            self._file = self.source
        else:
            raise ValueError(
                "the HDF5 file that was handed to H5PYDataset has been closed; keep it "
                "open, or pass its path"
            )
        self._process = os.getpid()

    def __reduce__(self) -> Any:
        raise TypeError(
            f"an open HDF5 file cannot be pickled ({self.source!r}); pickle the stream "
            "or the dataset, which opens it again"
        )

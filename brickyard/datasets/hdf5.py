"""Data sets in HDF5 files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.datasets import hdf5_layout
from brickyard.datasets.base import Dataset
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import OpenFile
from brickyard.datasets.hdf5_reading import (
    check_size,
    read_examples,
    read_varying_examples,
)
from brickyard.datasets.indexing import (
    Selection,
    as_selection,
    protect,
    take_examples,
)
from brickyard.datasets.kept_mapping import KeptMapping
from brickyard.datasets.schemes import SequentialExampleScheme
from brickyard.datasets.subset import ListOrSlice, Subset

if TYPE_CHECKING:
    import h5py


class H5PYDataset(Dataset):
    """Splits of a data set in an HDF5 file.

    The sources are the HDF5 datasets that the root attribute ``split`` names; see
    `create_split_array`. Batches are the same whether the data are held in memory or
    read from disk. Sources whose examples vary in shape give arrays of dtype object,
    shape ``(batch,)``, holding one array per example.

    The file is opened when it is read, once for every open epoch, and never pickled. A
    source of up to 256 MB that is read in random order is mapped by the system then,
    and stays so as long as the dataset is there: further epochs need not map it again.
    Links and storage that lead out of the file are refused.

    Parameters
    ----------
    file_or_path
        The path of the file, or the open file, which is then left open. Only a dataset
        given by path, or held in memory, can be pickled.
    which_sets
        The name of a split, or several, whose examples are united: in the order of the
        file if they are neighbours there, else one split after the other.
    subset
        Which examples of these splits, counted within them: a slice or a list.
    load_in_memory
        Whether all of it is read now.
    driver
        One of h5py's drivers; None for its default.
    sort_indices
        Whether requests are read in increasing order and put back in order. If not,
        they must increase.
    **kwargs
        `sources` and `axis_labels` of `Dataset`. By default all sources that all the
        splits have, sorted, and the labels in the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DatasetFileError
        If the file is not what it should be.
    ValueError
        If a split or source is unknown.

    Examples
    --------
    >>> import h5py
    >>> import numpy as np
    >>> h5file = h5py.File("squares.hdf5", "w", driver="core", backing_store=False)
    >>> h5file["x"] = np.arange(10)
    >>> h5file["y"] = np.arange(10) ** 2
    >>> h5file.attrs["split"] = H5PYDataset.create_split_array(
    ...     {
    ...         "train": {"x": (0, 8), "y": (0, 8)},
    ...         "test": {"x": (8, 10), "y": (8, 10)},
    ...     }
    ... )
    >>> dataset = H5PYDataset(h5file, "test", load_in_memory=True)
    >>> dataset.get_data(request=[1, 0])
    (array([9, 8]), array([81, 64]))
    >>> h5file.close()
    """

    def __init__(
        self,
        file_or_path: str | os.PathLike[str] | h5py.File,
        which_sets: str | Iterable[str],
        subset: ListOrSlice | None = None,
        load_in_memory: bool = False,
        driver: str | None = None,
        sort_indices: bool = True,
        **kwargs: Any,
    ) -> None:
        if isinstance(file_or_path, str | os.PathLike):
            # Absolute, so that a worker process in another folder finds the file.
            self._file_source: Any = Path(os.path.abspath(file_or_path))
        else:
            self._file_source = _check_h5file(file_or_path)
        self.which_sets = _check_which_sets(which_sets)
        self.load_in_memory = load_in_memory
        self.driver = driver
        self.sort_indices = sort_indices
        self._data: list[Any] | None = None
        self._mapping = KeptMapping()
        handle = OpenFile(self._file_source, driver)
        try:
            self.provides_sources = self._find_sources(handle.file)
            if kwargs.get("axis_labels") is None:
                labels = self.get_axis_labels(handle.file)
                kwargs["axis_labels"] = {s: labels[s] for s in self.provides_sources}
            super().__init__(**kwargs)
            self.vlen_sources = self.get_vlen_sources(handle.file)
            self.subsets = self._find_subsets(handle, subset)
            self._readings = [
                (source, found, self._reading(source))
                for source, found in zip(self.sources, self.subsets, strict=True)
            ]
            self._num_examples = self.subsets[0].num_examples
            most = max(found.original_num_examples for found in self.subsets)
            self._is_whole = 2 * self._num_examples >= most
            if load_in_memory:
                self._data = self._load_all(handle)
        finally:
            handle.close()

    create_split_array = staticmethod(hdf5_layout.create_split_array)
    get_all_splits = staticmethod(hdf5_layout.get_all_splits)
    get_all_sources = staticmethod(hdf5_layout.get_all_sources)
    get_provided_sources = staticmethod(hdf5_layout.get_provided_sources)
    get_vlen_sources = staticmethod(hdf5_layout.get_vlen_sources)
    get_axis_labels = staticmethod(hdf5_layout.get_axis_labels)
    get_subsets = staticmethod(hdf5_layout.get_subsets)

    @property
    def path(self) -> str:
        """The path of the file."""
        if isinstance(self._file_source, Path):
            return str(self._file_source)
        return self._file_source.filename

    @property
    def num_examples(self) -> int:
        """How many examples there are."""
        return self._num_examples

    @property
    def example_iteration_scheme(self) -> SequentialExampleScheme:
        """A scheme going through the examples one by one."""
        return SequentialExampleScheme(self.num_examples)

    def load(self) -> None:
        """Read all of it into memory, if it is to be held there and is not yet."""
        if self.load_in_memory and self._data is None:
            handle = OpenFile(self._file_source, self.driver)
            try:
                self._data = self._load_all(handle)
            finally:
                handle.close()

    def open(self) -> OpenFile | None:
        """Return a handle that opens the file when it is read; None if in memory."""
        if self.load_in_memory:
            return None
        return OpenFile(self._file_source, self.driver, self._mapping, self._is_whole)

    def close(self, state: OpenFile | None) -> None:
        """Close a handle.

        Parameters
        ----------
        state
            What `open` returned.
        """
        if state is not None:
            state.close()

    def save_state(self, state: OpenFile | None) -> None:
        """Return None: a file handle has no position.

        Parameters
        ----------
        state
            What `open` returned.
        """

    def get_data(
        self, state: OpenFile | None = None, request: Any = None
    ) -> tuple[Any, ...]:
        """Return the requested examples.

        Parameters
        ----------
        state
            What `open` returned; None to open the file for this request alone.
        request
            An index, or indices: a range, a slice, a sequence or an array.

        Raises
        ------
        TypeError
            If the request is not for indices.
        IndexError
            If the request is for examples that there are not.
        DatasetFileError
            If the file cannot be read.
        """
        selection = as_selection(request, self._num_examples, type(self).__name__)
        if self.load_in_memory:
            self.load()
            return tuple([take_examples(data, selection) for data in self._data or ()])
        if state is not None:
            return self._read(state, selection)
        handle = OpenFile(self._file_source, self.driver, self._mapping)
        try:
            return self._read(handle, selection)
        finally:
            handle.close()

    def __getstate__(self) -> dict[str, Any]:
        attributes = self.__dict__.copy()
        if isinstance(self._file_source, Path):
            attributes["_data"] = None
        elif self._data is None:
            raise TypeError(
                f"{type(self).__name__} was given an open HDF5 file, "
                f"{self.path!r}, and cannot be pickled; pass the path of the file"
            )
        else:
            attributes["_file_source"] = Path(os.path.abspath(self.path))
        return attributes

    def _find_sources(self, h5file: h5py.File) -> tuple[str, ...]:
        shared = set(self.get_all_sources(h5file))
        for split in self.which_sets:
            shared &= set(self.get_provided_sources(h5file, split))
        if not shared:
            raise DatasetFileError(
                f"{self.path!r}: the splits {self.which_sets} have no source in common"
            )
        return tuple(sorted(shared))

    def _find_subsets(
        self, handle: OpenFile, subset: ListOrSlice | None
    ) -> list[Subset]:
        subsets = self.get_subsets(handle.file, self.which_sets, self.sources)
        lengths = {
            source: found.num_examples
            for source, found in zip(self.sources, subsets, strict=True)
        }
        if len(set(lengths.values())) > 1:
            raise DatasetFileError(
                f"{self.path!r}: the sources differ in length within the splits "
                f"{self.which_sets}: {lengths}"
            )
        for source in self.sources:
            check_size(handle.dataset(source), self.path, num_examples=1)
        if subset is None:
            return subsets
        return [Subset.subset_of(found, subset) for found in subsets]

    def _reading(self, source: str) -> Callable[..., Any]:
        varying = source in self.vlen_sources
        return read_varying_examples if varying else read_examples

    def _read(self, handle: OpenFile, selection: Selection) -> tuple[Any, ...]:
        return tuple(
            [
                read(handle, source, subset.locate(selection), self.sort_indices)
                for source, subset, read in self._readings
            ]
        )

    def _load_all(self, handle: OpenFile) -> list[Any]:
        for source in self.sources:
            check_size(handle.dataset(source), self.path, self._num_examples)
        loaded = self._read(handle, slice(0, self._num_examples))
        for data in loaded:
            if data.dtype == object:
                data[:] = [protect(example) for example in data]
        return [protect(data) for data in loaded]


def _check_which_sets(which_sets: Any) -> tuple[str, ...]:
    names = (which_sets,) if isinstance(which_sets, str) else tuple(which_sets)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"which_sets of H5PYDataset must be names of splits, got {which_sets!r}"
        )
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "which_sets of H5PYDataset must name at least one split, each once, got "
            f"{which_sets!r}"
        )
    return names


def _check_h5file(h5file: Any) -> Any:
    import h5py

    if not isinstance(h5file, h5py.File):
        raise TypeError(
            "H5PYDataset needs the path of an HDF5 file or an open h5py.File, got "
            f"{type(h5file).__name__}"
        )
    return h5file

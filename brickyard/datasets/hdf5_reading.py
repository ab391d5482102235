"""Reading examples of one source of a data file."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import OpenFile
from brickyard.datasets.hdf5_direct import DirectReader
from brickyard.datasets.hdf5_layout import get_scale
from brickyard.datasets.indexing import Selection
from brickyard.datasets.subset import Subset

if TYPE_CHECKING:
    import h5py


def read_examples(
    handle: OpenFile, source: str, selection: Selection, sort_indices: bool
) -> Any:
    """Return examples of a source, in the order asked for.

    Parameters
    ----------
    handle
        The file.
    source
        The name of the source.
    selection
        An index, a slice with a step of 1, or indices, shape ``(batch,)``.
    sort_indices
        Whether indices are read in increasing order and put back in order. If not,
        they must increase.

    Returns
    -------
    object
        One example, or an array of shape ``(batch, ...)``.

    Raises
    ------
    DatasetFileError
        If the file cannot be read.
    ValueError
        If indices do not increase and `sort_indices` is False.
    """
    reader = handle.reader(source, isinstance(selection, np.ndarray))
    return _read(reader, handle, source, selection, sort_indices)


def read_varying_examples(
    handle: OpenFile, source: str, selection: Selection, sort_indices: bool
) -> Any:
    """Return examples of a source whose examples vary in shape.

    Parameters
    ----------
    handle
        The file.
    source
        The name of the source.
    selection
        An index, a slice with a step of 1, or indices, shape ``(batch,)``.
    sort_indices
        As in `read_examples`.

    Returns
    -------
    numpy.ndarray
        One example, or an array of arrays, dtype object, shape ``(batch,)``.

    Raises
    ------
    DatasetFileError
        If the file cannot be read, or an example does not have the shape it should.
    """
    scale = get_scale(handle.file, source, "shapes")
    values = read_examples(handle, source, selection, sort_indices)
    shapes = _read(scale, handle, source, selection, sort_indices)
    if isinstance(selection, int):
        return _reshape(values, shapes, handle, source)
    batch = np.empty(len(values), dtype=object)
    for place, (value, shape) in enumerate(zip(values, shapes, strict=True)):
        batch[place] = _reshape(value, shape, handle, source)
    return batch


def _read(
    dataset: Any, handle: OpenFile, source: str, selection: Selection, sort: bool
) -> Any:
    try:
        if isinstance(selection, np.ndarray):
            return _read_indices(dataset, handle, source, selection, sort)
        examples = dataset[selection]
        if isinstance(selection, slice):
            # The HDF5 library leaves out what there is not.
            missing = selection.stop - selection.start - len(examples)
            if missing > 0:
                raise IndexError(f"{missing} examples are missing")
        return examples
    except (OSError, RuntimeError) as error:
        raise DatasetFileError(
            f"{handle.file.filename!r}: source {source!r} cannot be read ({error}); "
            "the file is damaged, fetch or convert it again"
        ) from error
    except IndexError as error:
        raise DatasetFileError(
            f"{handle.file.filename!r}: source {source!r} has fewer examples than "
            f"before ({error}); the file has changed, make the dataset again"
        ) from error


def _read_indices(
    dataset: Any, handle: OpenFile, source: str, indices: np.ndarray, sort: bool
) -> Any:
    if len(indices) == 0:
        return dataset[0:0]
    direct = isinstance(dataset, DirectReader)
    if direct and sort:
        return dataset.take(indices)
    increasing = (np.diff(indices) > 0).all()
    if not increasing and not sort:
        raise ValueError(
            f"{handle.file.filename!r}: HDF5 reads indices in increasing order, and "
            f"the request {indices.tolist()} for source {source!r} is not; leave "
            "sort_indices=True, or use a scheme with sorted_indices=True"
        )
    if direct:
        return dataset.take(indices)
    if increasing:
        return dataset[indices]
    return Subset.sorted_fancy_indexing(dataset, indices)


def _reshape(value: Any, shape: np.ndarray, handle: OpenFile, source: str) -> Any:
    wanted = tuple(int(extent) for extent in np.atleast_1d(shape))
    if min(wanted, default=0) < 0 or math.prod(wanted) != value.size:
        raise DatasetFileError(
            f"{handle.file.filename!r}: an example of source {source!r} has "
            f"{value.size} values and cannot have the shape {wanted} that the file "
            "gives for it"
        )
    return value.reshape(wanted)


def check_size(dataset: h5py.Dataset, filename: str, num_examples: int) -> None:
    """Raise if examples would not fit into the memory of this machine.

    A few bytes of HDF5 can declare a dataset of any size.

    Parameters
    ----------
    dataset
        The HDF5 dataset.
    filename
        The file it is in, for the message.
    num_examples
        How many examples are to be in memory at once.

    Raises
    ------
    DatasetFileError
        If they would not fit.
    """
    size = num_examples * math.prod(dataset.shape[1:]) * dataset.dtype.itemsize
    available = physical_memory()
    if available is not None and size > available:
        raise DatasetFileError(
            f"{filename!r}: {num_examples} examples of source "
            f"{dataset.name.lstrip('/')!r}, shape {dataset.shape}, would take {size} "
            f"bytes, and this machine has {available} bytes of memory; leave "
            "load_in_memory=True (or --in-memory) out or use a smaller subset"
        )


def physical_memory() -> int | None:
    """Return the memory of this machine in bytes; None if the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None

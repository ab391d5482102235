"""What every converter shares: its required files and the layout of what it writes."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.exceptions import MissingInputFiles

if TYPE_CHECKING:
    import h5py

# How many bytes are written before that is reported.
_PIECE = 2**24
_Part = tuple[str, np.ndarray, str | None]
_Entry = tuple[str, str, np.ndarray, str | None]


def check_exists(required_files: Iterable[str | Sequence[str]]) -> Callable:
    """Make a converter refuse to start while a file it needs is missing.

    Parameters
    ----------
    required_files
        File names inside the converter's ``directory``, its first argument. A
        sequence of names stands for alternatives, of which one must be there.

    Returns
    -------
    Callable
        A decorator for functions ``convert(directory, ...)``.

    Raises
    ------
    MissingInputFiles
        By the decorated function, with the names of all missing files.

    Examples
    --------
    >>> @check_exists(["images.bin", ("labels.txt", "labels.txt.gz")])
    ... def convert(directory):
    ...     return "converted"
    >>> convert("/nowhere")
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.MissingInputFiles: directory '/nowhere' lacks
    'images.bin', 'labels.txt' (or 'labels.txt.gz'); ...
    """
    groups = [(f,) if isinstance(f, str) else tuple(f) for f in required_files]

    def decorate(convert: Callable) -> Callable:
        @functools.wraps(convert)
        def checked(directory: str | os.PathLike, *args: Any, **kwargs: Any) -> Any:
            missing = [
                group
                for group in groups
                if not any((Path(directory) / name).is_file() for name in group)
            ]
            if missing:
                raise MissingInputFiles(
                    f"directory {str(directory)!r} lacks "
                    + ", ".join(map(_alternatives, missing))
                    + "; download the original files there first",
                    [group[0] for group in missing],
                )
            return convert(directory, *args, **kwargs)

        return checked

    return decorate


def _alternatives(names: Sequence[str]) -> str:
    first, *others = map(repr, names)
    return f"{first} (or {', '.join(others)})" if others else first


def fill_hdf5_file(
    h5file: h5py.File,
    data: Iterable[tuple],
    *,
    axis_labels: Mapping[str, Sequence[str]] | None = None,
    compression: str | None = None,
) -> None:
    """Write the splits of a data set into an empty HDF5 file.

    The splits of a source lie one after the other in one HDF5 dataset, in the order
    in which they come in `data`, and the ``split`` attribute of the file says where
    each of them starts and stops.

    Parameters
    ----------
    h5file
        The file to fill, open for writing.
    data
        Tuples ``(split, source, array)`` or ``(split, source, array, comment)``. The
        first axis of an array is the batch axis.
    axis_labels
        For every source the name of each of its axes.
    compression
        ``"gzip"`` or another filter that h5py knows; None for none.

    Raises
    ------
    TypeError
        If an array holds Python objects.
    ValueError
        If a split of a source comes twice, the sources of a split differ in length,
        the splits of a source differ in dtype or trailing shape, or labels name
        a source that is not there or another number of axes.

    Examples
    --------
    >>> import h5py
    >>> h5file = h5py.File("filled.hdf5", "w", driver="core", backing_store=False)
    >>> fill_hdf5_file(
    ...     h5file,
    ...     [("train", "x", np.zeros((5, 2))), ("test", "x", np.ones((3, 2)))],
    ...     axis_labels={"x": ("batch", "feature")},
    ... )
    >>> h5file["x"].shape, h5file["x"].dims[1].label, "split" in h5file.attrs
    ((8, 2), 'feature', True)
    >>> h5file.close()
    """
    from brickyard.datasets.hdf5 import H5PYDataset

    entries = [_check_entry(entry) for entry in data]
    parts = _group_by_source(entries)
    _check_split_lengths(entries)
    labels = dict(axis_labels or {})
    _check_labels(labels, parts)
    for source, arrays in parts.items():
        first = arrays[0][1]
        dataset = h5file.create_dataset(
            source,
            (sum(len(array) for _, array, _ in arrays), *first.shape[1:]),
            first.dtype,
            compression=compression,
            shuffle=compression is not None,
        )
        for axis, label in enumerate(labels.get(source, ())):
            dataset.dims[axis].label = label
        _write_arrays(dataset, source, [array for _, array, _ in arrays])
    h5file.attrs["split"] = H5PYDataset.create_split_array(_intervals(entries, parts))


def _write_arrays(
    dataset: h5py.Dataset, source: str, arrays: Sequence[np.ndarray]
) -> None:
    start = 0
    with track_progress(source, len(dataset), "example") as advance:
        for array in arrays:
            size = max(1, _PIECE * len(array) // max(1, array.nbytes))
            for first in range(0, len(array), size):
                piece = array[first : first + size]
                dataset[start + first : start + first + len(piece)] = piece
                advance(len(piece))
            start += len(array)


def _check_entry(entry: tuple) -> _Entry:
    if len(entry) not in (3, 4):
        raise ValueError(
            "an entry must be (split, source, array) or (split, source, array, "
            f"comment), got {len(entry)} items"
        )
    split, source, array, comment = (*entry, None)[:4]
    array = np.asarray(array)
    if array.dtype.kind == "O":
        raise TypeError(
            f"source {source!r} of split {split!r} holds Python objects; convert it to "
            "an array of numbers or bytes"
        )
    if array.ndim == 0:
        raise ValueError(
            f"source {source!r} of split {split!r} is a scalar; its first axis must be "
            "the batch"
        )
    return split, source, array, comment


def _group_by_source(entries: Iterable[_Entry]) -> dict[str, list[_Part]]:
    parts: dict[str, list[_Part]] = {}
    for split, source, array, comment in entries:
        known = parts.setdefault(source, [])
        if any(split == other for other, _, _ in known):
            raise ValueError(f"source {source!r} of split {split!r} was given twice")
        for other, first, _ in known[:1]:
            if (array.dtype, array.shape[1:]) != (first.dtype, first.shape[1:]):
                raise ValueError(
                    f"source {source!r} must have one dtype and one shape per example; "
                    f"split {other!r} has {first.dtype} {first.shape[1:]}, split "
                    f"{split!r} has {array.dtype} {array.shape[1:]}"
                )
        known.append((split, array, comment))
    if not parts:
        raise ValueError("there is no data to write; give at least one split")
    return parts


def _check_split_lengths(entries: Iterable[_Entry]) -> None:
    lengths: dict[str, dict[str, int]] = {}
    for split, source, array, _ in entries:
        lengths.setdefault(split, {})[source] = len(array)
    for split, per_source in lengths.items():
        if len(set(per_source.values())) > 1:
            raise ValueError(
                f"the sources of split {split!r} must have one length, got "
                + ", ".join(f"{s!r}: {n}" for s, n in per_source.items())
            )


def _check_labels(
    labels: Mapping[str, Sequence[str]], parts: Mapping[str, list[_Part]]
) -> None:
    for source, names in labels.items():
        if source not in parts:
            raise ValueError(
                f"axis labels are given for source {source!r}, but the data has "
                f"{sorted(parts)}"
            )
        ndim = parts[source][0][1].ndim
        if len(names) != ndim:
            raise ValueError(
                f"source {source!r} has {ndim} axes, but {len(names)} labels: "
                f"{tuple(names)}"
            )


def _intervals(
    entries: Iterable[_Entry], parts: Mapping[str, list[_Part]]
) -> dict[str, dict[str, tuple]]:
    splits: dict[str, dict[str, tuple]] = {split: {} for split, *_ in entries}
    for source, arrays in parts.items():
        start = 0
        for split, array, comment in arrays:
            stop = start + len(array)
            interval = (start, stop)
            # the third place is for a reference to indices, which we never need
            noted = interval if comment is None else (*interval, None, comment)
            splits[split][source] = noted
            start = stop
    return splits

"""The layout of data files: splits, sources and axis labels in HDF5.

The root attribute ``split`` is a table with a row for each pair of split and source:
where in the source the split starts and stops, or a reference to a dataset with its
indices. Sources of varying shape are one-dimensional datasets of variable-length rows;
the dimension scales ``shapes`` and ``shape_labels`` of their first axis hold the shape
of each example and the names of its axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import check_storage, checked_dataset
from brickyard.datasets.names import near_match
from brickyard.datasets.subset import Subset

if TYPE_CHECKING:
    import h5py

_FIELDS = ("split", "source", "start", "stop", "indices", "available", "comment")


@dataclass(frozen=True)
class SplitRow:
    """One row of the split table.

    Parameters
    ----------
    split
        Name of the split.
    source
        Name of the source.
    start
        First example of the split.
    stop
        One past its last example.
    indices
        Reference to a dataset of indices, used in place of `start` and `stop`; null
        if there is none.
    available
        Whether the split has this source at all.
    comment
        Free text.
    """

    split: str
    source: str
    start: int
    stop: int
    indices: Any
    available: bool
    comment: str


def create_split_array(
    split_dict: Mapping[str, Mapping[str, Sequence[Any]]],
) -> np.ndarray:
    """Return the table to store as root attribute ``split`` of a data file.

    Parameters
    ----------
    split_dict
        From split to source to ``(start, stop)``, ``(start, stop, indices)`` or
        ``(start, stop, indices, comment)``. `indices` is an h5py reference to a dataset
        of indices in the same file, or None.

    Returns
    -------
    numpy.ndarray
        A structured array, shape ``(splits * sources,)``.

    Raises
    ------
    ValueError
        If there is no split, or an entry is malformed.

    Examples
    --------
    >>> table = create_split_array({"train": {"x": (0, 8)}, "test": {"x": (8, 10)}})
    >>> table["split"], table["start"]
    (array([b'train', b'test'], dtype='|S5'), array([0, 8]))
    """
    import h5py

    names = sorted({source for entry in split_dict.values() for source in entry})
    if not names:
        raise ValueError(
            "create_split_array needs at least one split with one source, got "
            f"{dict(split_dict)!r}"
        )
    rows = [
        _make_row(split, source, entry.get(source))
        for split, entry in split_dict.items()
        for source in names
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1, 6)]
    table = np.empty(
        len(rows),
        dtype=[
            ("split", f"S{max(widths[0], 1)}"),
            ("source", f"S{max(widths[1], 1)}"),
            ("start", np.int64),
            ("stop", np.int64),
            ("indices", h5py.ref_dtype),
            ("available", bool),
            ("comment", f"S{max(widths[2], 1)}"),
        ],
    )
    for index, row in enumerate(rows):
        table[index] = row
    return table


def _make_row(split: str, source: str, interval: Sequence[Any] | None) -> tuple:
    import h5py

    name, source_name = split.encode(), source.encode()
    if interval is None:
        return (name, source_name, 0, 0, h5py.Reference(), False, b"")
    if not 2 <= len(interval) <= 4:
        raise ValueError(
            f"source {source!r} of split {split!r} must be (start, stop), "
            f"(start, stop, indices) or (start, stop, indices, comment), "
            f"got {tuple(interval)!r}"
        )
    start, stop, indices, comment = (*interval, None, None)[:4]
    reference = h5py.Reference() if indices is None else indices
    text = (comment or "").encode()
    return (name, source_name, start, stop, reference, True, text)


def read_split_rows(h5file: h5py.File) -> list[SplitRow]:
    """Return the rows of the split table of a data file.

    Parameters
    ----------
    h5file
        The open file.

    Raises
    ------
    DatasetFileError
        If the table is missing or malformed.
    """
    where = repr(h5file.filename)
    if "split" not in h5file.attrs:
        raise DatasetFileError(
            f"{where} lacks the root attribute 'split', which says where its splits "
            "start and stop; add it with "
            "h5file.attrs['split'] = H5PYDataset.create_split_array(...)"
        )
    table = h5file.attrs["split"]
    fields = getattr(getattr(table, "dtype", None), "names", None) or ()
    missing = [field for field in _FIELDS[:6] if field not in fields]
    if missing or table.ndim != 1:
        raise DatasetFileError(
            f"{where} has a malformed root attribute 'split': it must be a table with "
            f"one row per split and source and the fields {_FIELDS}, it lacks "
            f"{missing or 'rows'}; make it with H5PYDataset.create_split_array"
        )
    rows = [_read_row(row, fields, where) for row in table]
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.split, row.source) in seen:
            raise DatasetFileError(
                f"{where} has a malformed root attribute 'split': source "
                f"{row.source!r} of split {row.split!r} has several rows"
            )
        seen.add((row.split, row.source))
    return rows


def _read_row(row: Any, fields: Sequence[str], where: str) -> SplitRow:
    try:
        comment = _text(row["comment"]) if "comment" in fields else ""
        return SplitRow(
            _text(row["split"]),
            _text(row["source"]),
            int(row["start"]),
            int(row["stop"]),
            row["indices"],
            bool(row["available"]),
            comment,
        )
    except (TypeError, ValueError) as error:
        raise DatasetFileError(
            f"{where} has a malformed root attribute 'split': the row {row!r} cannot "
            f"be read ({error})"
        ) from error


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def get_all_splits(h5file: h5py.File) -> tuple[str, ...]:
    """Return the names of the splits, in the order of the table.

    Parameters
    ----------
    h5file
        The open file.
    """
    return tuple(dict.fromkeys(row.split for row in read_split_rows(h5file)))


def get_all_sources(h5file: h5py.File) -> tuple[str, ...]:
    """Return the names of the sources that some split has, sorted.

    Parameters
    ----------
    h5file
        The open file.
    """
    rows = read_split_rows(h5file)
    return tuple(sorted({row.source for row in rows if row.available}))


def get_provided_sources(h5file: h5py.File, split: str) -> tuple[str, ...]:
    """Return the names of the sources that a split has, sorted.

    Parameters
    ----------
    h5file
        The open file.
    split
        The name of the split.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    rows = read_split_rows(h5file)
    check_split(h5file, split, {row.split: None for row in rows})
    return tuple(
        sorted(row.source for row in rows if row.split == split and row.available)
    )


def check_split(h5file: h5py.File, split: str, known: Iterable[str]) -> None:
    """Raise unless a split is one of the known ones.

    Parameters
    ----------
    h5file
        The open file, for the message.
    split
        The name of the split.
    known
        The names of the splits that there are.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    known = list(known)
    if split not in known:
        raise ValueError(
            f"{h5file.filename!r} has no split {split!r}{near_match(split, known)}"
        )


def get_scale(h5file: h5py.File, source: str, scale: str) -> h5py.Dataset | None:
    """Return a dimension scale of the first axis of a source; None if it has none.

    Parameters
    ----------
    h5file
        The open file.
    source
        The name of the source.
    scale
        ``shapes`` or ``shape_labels``.
    """
    dataset = checked_dataset(h5file, source)
    if not len(dataset.dims) or scale not in dataset.dims[0].keys():  # noqa: SIM118
        return None
    found = dataset.dims[0][scale]
    check_storage(found, h5file.filename, f"{source}, scale {scale}")
    return found


def get_vlen_sources(h5file: h5py.File) -> tuple[str, ...]:
    """Return the names of the sources whose examples vary in shape, sorted.

    Parameters
    ----------
    h5file
        The open file.
    """
    return tuple(
        source
        for source in get_all_sources(h5file)
        if get_scale(h5file, source, "shapes") is not None
    )


def get_axis_labels(h5file: h5py.File) -> dict[str, tuple[str, ...]]:
    """Return the names of the axes of each source; an axis without one is ''.

    Parameters
    ----------
    h5file
        The open file.
    """
    labels = {}
    for source in get_all_sources(h5file):
        dataset = checked_dataset(h5file, source)
        own = tuple(dim.label for dim in dataset.dims)
        scale = get_scale(h5file, source, "shape_labels")
        inner = () if scale is None else tuple(_text(label) for label in scale[...])
        labels[source] = own + inner
    return labels


def get_subsets(
    h5file: h5py.File, splits: Iterable[str], sources: Iterable[str]
) -> list[Subset]:
    """Return the examples of some splits, one `Subset` per source.

    Parameters
    ----------
    h5file
        The open file.
    splits
        The names of the splits; their examples are united.
    sources
        The names of the sources.

    Raises
    ------
    DatasetFileError
        If a split has examples beyond the source, or lacks the source.
    """
    rows = {(row.split, row.source): row for row in read_split_rows(h5file)}
    splits = list(splits)
    subsets = []
    for source in sources:
        dataset = checked_dataset(h5file, source)
        if not dataset.shape:
            raise DatasetFileError(
                f"{h5file.filename!r}: source {source!r} is a scalar; it needs an axis "
                "of examples"
            )
        total = Subset.empty_subset(len(dataset))
        for split in splits:
            row = rows.get((split, source))
            if row is None or not row.available:
                raise DatasetFileError(
                    f"{h5file.filename!r}: split {split!r} has no source {source!r}"
                )
            total = total + _row_subset(h5file, row, len(dataset))
        subsets.append(total)
    return subsets


def _row_subset(h5file: h5py.File, row: SplitRow, length: int) -> Subset:
    import h5py

    where = f"{h5file.filename!r}: split {row.split!r} of source {row.source!r}"
    try:
        if not row.indices:
            return Subset(slice(row.start, row.stop), length)
        indices = h5file[row.indices]
        if not isinstance(indices, h5py.Dataset):
            raise TypeError("its reference to indices does not lead to a dataset")
        check_storage(indices, h5file.filename, f"{row.source}, indices")
        if indices.ndim != 1 or len(indices) > length:
            raise ValueError(f"its indices have the shape {indices.shape}")
        return Subset(indices[...], length)
    except DatasetFileError:
        raise
    except (KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise DatasetFileError(
            f"{where} does not fit its {length} examples: {error}"
        ) from error

"""Room in an HDF5 file for splits that are too large to be in memory together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from numpy.typing import DTypeLike

if TYPE_CHECKING:
    import h5py


def make_split_space(
    h5file: h5py.File,
    lengths: Mapping[str, int],
    sources: Mapping[str, tuple[Sequence[int], DTypeLike]],
    *,
    axis_labels: Mapping[str, Sequence[str]],
) -> dict[str, int]:
    """Make the sources of an HDF5 file, laid out as by `fill_hdf5_file`, but empty.

    Parameters
    ----------
    h5file
        The file, open for writing.
    lengths
        How many examples each split has, in the order in which they are to lie.
    sources
        The shape of one example and the dtype, by source.
    axis_labels
        For every source the name of each of its axes.

    Returns
    -------
    dict
        Where each split starts; the caller writes the examples there.

    Examples
    --------
    >>> import h5py
    >>> h5file = h5py.File("space.hdf5", "w", driver="core", backing_store=False)
    >>> starts = make_split_space(
    ...     h5file,
    ...     {"train": 4, "test": 2},
    ...     {"x": ((3,), "uint8")},
    ...     axis_labels={"x": ("batch", "feature")},
    ... )
    >>> starts, h5file["x"].shape
    ({'train': 0, 'test': 4}, (6, 3))
    >>> h5file.close()
    """
    from brickyard.datasets.hdf5 import H5PYDataset

    starts, total = {}, 0
    for split, length in lengths.items():
        starts[split] = total
        total += length
    for source, (shape, dtype) in sources.items():
        dataset = h5file.create_dataset(source, (total, *shape), dtype)
        for axis, label in enumerate(axis_labels[source]):
            dataset.dims[axis].label = label
    h5file.attrs["split"] = H5PYDataset.create_split_array(
        {
            split: dict.fromkeys(sources, (start, start + lengths[split]))
            for split, start in starts.items()
        }
    )
    return starts

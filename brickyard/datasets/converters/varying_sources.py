"""Sources of HDF5 files whose examples vary in shape, as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

if TYPE_CHECKING:
    import h5py


def make_varying_source(
    h5file: h5py.File,
    source: str,
    num_examples: int,
    dtype: DTypeLike,
    axes: Sequence[str],
) -> None:
    """Make a source for examples of different shapes, still without content.

    The shapes of the examples and the names of their axes lie beside it, in HDF5
    datasets named ``<source>_shapes`` and ``<source>_shape_labels``.

    Parameters
    ----------
    h5file
        The file, open for writing.
    source
        The name of the source.
    num_examples
        How many examples there are.
    dtype
        The type of their values.
    axes
        The names of the axes of an example.

    Examples
    --------
    >>> import h5py
    >>> h5file = h5py.File("varying.hdf5", "w", driver="core", backing_store=False)
    >>> make_varying_source(h5file, "images", 2, "uint8", ("height", "width"))
    >>> write_varying_example(h5file, "images", 1, np.ones((3, 2), "uint8"))
    >>> h5file["images"][1], h5file["images_shapes"][1]
    (array([1, 1, 1, 1, 1, 1], dtype=uint8), array([3, 2], dtype=int32))
    >>> h5file.close()
    """
    import h5py

    dataset = h5file.create_dataset(source, (num_examples,), h5py.vlen_dtype(dtype))
    dataset.dims[0].label = "batch"
    shapes = h5file.create_dataset(
        f"{source}_shapes", (num_examples, len(axes)), np.int32
    )
    labels = h5file.create_dataset(
        f"{source}_shape_labels", data=np.array(axes, dtype="S")
    )
    for scale, name in ((shapes, "shapes"), (labels, "shape_labels")):
        scale.make_scale(name)
        dataset.dims[0].attach_scale(scale)


def write_varying_example(
    h5file: h5py.File, source: str, index: int, example: np.ndarray
) -> None:
    """Write one example of a source made by `make_varying_source`.

    Parameters
    ----------
    h5file
        The file, open for writing.
    source
        The name of the source.
    index
        Which example it is.
    example
        Its values, in its own shape.
    """
    h5file[source][index] = example.ravel()
    h5file[f"{source}_shapes"][index] = example.shape

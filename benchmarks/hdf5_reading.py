"""Batches from HDF5 files: brickyard in order and shuffled, and h5py's slices.

Each case is a file of one layout. Its first line compares batches in order with slices
of the HDF5 dataset that are as long, its second line shuffled batches with those in
order. Where a layout keeps its examples compressed, shuffled batches have to decompress
a chunk for nearly every example; these lines have no limit.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from harness import Sides, measure
from minibatches import runner

BATCH = 128
IN_ORDER, SHUFFLED = 1 / 0.9, 2.0

LAYOUTS = {
    "contiguous, 60,000 x 784 uint8": ((60_000, 784), {}),
    "contiguous, 50,000 x 3 x 32 x 32 uint8": ((50_000, 3, 32, 32), {}),
    "contiguous, 2,000 x 3 x 128 x 128 uint8": ((2_000, 3, 128, 128), {}),
    "chunks of 16, 60,000 x 784 uint8": ((60_000, 784), {"chunks": (16, 784)}),
    "chunks of 128, 60,000 x 784 uint8": ((60_000, 784), {"chunks": (128, 784)}),
    "gzip, chunks of 16, 20,000 x 784 uint8": (
        (20_000, 784),
        {"chunks": (16, 784), "compression": "gzip"},
    ),
}


def data_file(layout: str) -> Path:
    """Return a file of a layout, made when it is first asked for."""
    import h5py

    from brickyard.datasets import H5PYDataset

    folder = Path(tempfile.gettempdir()) / "brickyard_hdf5_reading"
    folder.mkdir(exist_ok=True)
    path = folder / f"{list(LAYOUTS).index(layout)}.hdf5"
    if not path.exists():
        shape, options = LAYOUTS[layout]
        rng = np.random.default_rng(0)
        with h5py.File(path, "w") as h5file:
            # Three quarters are 0, so that there is something to compress.
            values = rng.integers(0, 256, shape, dtype="uint8")
            values[values < 192] = 0
            h5file.create_dataset("features", data=values, **options)
            h5file.attrs["split"] = H5PYDataset.create_split_array(
                {"train": {"features": (0, shape[0])}}
            )
    return path


def brickyard_side(layout: str, scheme_name: str):
    """Prepare a stream from a file."""

    def prepare():
        from brickyard import datasets

        data = datasets.H5PYDataset(data_file(layout), ("train",))
        scheme = getattr(datasets, scheme_name)(data.num_examples, BATCH)
        return runner(datasets.DataStream(data, scheme).get_epoch_iterator)

    return prepare


def h5py_side(layout: str):
    """Prepare slices of the HDF5 dataset."""

    def prepare():
        import h5py

        path = data_file(layout)

        def epoch():
            with h5py.File(path) as h5file:
                features = h5file["features"]
                for start in range(0, len(features), BATCH):
                    yield features[start : start + BATCH]

        return runner(epoch)

    return prepare


def sides_of(layout: str) -> Sides:
    """Return the sides of a layout; their names hold the layout."""
    return {
        f"{layout}: h5py": h5py_side(layout),
        f"{layout}: in order": brickyard_side(layout, "SequentialScheme"),
        f"{layout}: shuffled": brickyard_side(layout, "ShuffledScheme"),
    }


def compare(layout: str) -> None:
    """Print the two lines of a layout."""
    data_file(layout)
    sides = sides_of(layout)
    raw, in_order, shuffled = sides
    for case, first, second, limit in (
        ("in order", in_order, raw, IN_ORDER),
        ("shuffled", shuffled, in_order, SHUFFLED),
    ):
        limits = {second: limit}
        if case == "shuffled" and "gzip" in layout:
            limits = {}
        measure(
            f"HDF5 batches of {BATCH}, {case}: {layout}",
            {first: sides[first], second: sides[second]},
            limits=limits,
            rounds=7,
            seconds=0.25,
        )


if __name__ == "__main__":
    if "--side" in sys.argv:
        every = {
            name: side for each in LAYOUTS for name, side in sides_of(each).items()
        }
        measure("", every, limits={})
    else:
        for layout in LAYOUTS:
            compare(layout)

import os

import h5py
import numpy as np
import pytest

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import OpenFile
from brickyard.datasets.hdf5_reading import (
    check_size,
    physical_memory,
    read_examples,
    read_varying_examples,
)


@pytest.fixture
def handle(tmp_path):
    path = tmp_path / "data.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file["x"] = np.arange(12).reshape(6, 2)
        h5file.create_dataset("bomb", (2**40, 2**10), np.uint8)
        varying = h5file.create_dataset("v", (3,), h5py.vlen_dtype(np.uint8))
        varying[0], varying[1], varying[2] = np.arange(6), np.arange(0), np.arange(4)
        h5file["shapes"] = np.array([[2, 3], [0, 5], [4, 1]])
        h5file["shapes"].make_scale("shapes")
        varying.dims[0].attach_scale(h5file["shapes"])
    handle = OpenFile(path)
    yield handle
    handle.close()


@pytest.mark.parametrize(
    "selection",
    [3, slice(1, 4), slice(2, 2), [0, 2, 5], [4, 0, 4], [3], []],
)
def test_reads_in_the_order_asked_for(handle, selection):
    if isinstance(selection, list):
        selection = np.array(selection, dtype=np.int64)
    np.testing.assert_array_equal(
        read_examples(handle, "x", selection, True),
        np.arange(12).reshape(6, 2)[selection],
    )


def test_unsorted_requests_without_sorting(handle):
    increasing = read_examples(handle, "x", np.array([1, 4]), False)
    np.testing.assert_array_equal(increasing, [[2, 3], [8, 9]])
    for request in ([4, 1], [1, 1]):
        with pytest.raises(
            ValueError, match="reads indices in increasing order, and the"
        ):
            read_examples(handle, "x", np.array(request), False)


def test_varying_shapes(handle):
    one = read_varying_examples(handle, "v", 0, True)
    np.testing.assert_array_equal(one, np.arange(6, dtype=np.uint8).reshape(2, 3))
    batch = read_varying_examples(handle, "v", np.array([2, 1]), True)
    assert batch.dtype == object
    assert [example.shape for example in batch] == [(4, 1), (0, 5)]


@pytest.mark.parametrize("shape", [[2, 2], [-1, 3], [-2, -3]])
def test_wrong_shapes(handle, shape):
    path = handle.source
    with h5py.File(path, "r+") as h5file:
        h5file["shapes"][0] = shape
    with pytest.raises(
        DatasetFileError, match=r"source 'v' has 6 values and cannot have"
    ):
        read_varying_examples(handle, "v", slice(0, 1), True)


def test_damaged_data(tmp_path):
    path = tmp_path / "damaged.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file.create_dataset(
            "x",
            data=np.arange(1000),
            chunks=(1000,),
            compression="gzip",
            fletcher32=True,
        )
        offset = h5file["x"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[offset + 5] ^= 0xFF
    path.write_bytes(content)
    handle = OpenFile(path)
    with pytest.raises(
        DatasetFileError, match=r"damaged\.hdf5': source 'x' cannot be re"
    ):
        read_examples(handle, "x", slice(0, 3), True)
    handle.close()


def test_sizes_beyond_the_memory(handle):
    check_size(handle.dataset("bomb"), "f", 1)
    with pytest.raises(
        DatasetFileError, match=r"'f': \d+ examples of source 'bomb', sha"
    ):
        check_size(handle.dataset("bomb"), "f", 2**40)


def test_systems_that_do_not_tell_their_memory(handle, monkeypatch):
    assert physical_memory() > 2**20
    monkeypatch.delattr(os, "sysconf")
    assert physical_memory() is None
    check_size(handle.dataset("bomb"), "f", 2**40)


@pytest.mark.parametrize("layout", [{}, {"chunks": (2, 2)}])
def test_sorted_or_not_for_every_layout(tmp_path, layout):
    path = tmp_path / "layout.hdf5"
    values = np.arange(12).reshape(6, 2)
    with h5py.File(path, "w") as h5file:
        h5file.create_dataset("x", data=values, **layout)
    handle = OpenFile(path)
    for indices in ([1, 4, 5], [4, 0, 4]):
        found = read_examples(handle, "x", np.array(indices), True)
        np.testing.assert_array_equal(found, values[indices])
    np.testing.assert_array_equal(
        read_examples(handle, "x", np.array([1, 4]), False), values[[1, 4]]
    )
    with pytest.raises(ValueError, match=r"the request \[4, 0\] for source 'x' is not"):
        read_examples(handle, "x", np.array([4, 0]), False)
    handle.close()


@pytest.mark.parametrize("layout", [{}, {"chunks": (2, 2)}, {"compression": "gzip"}])
@pytest.mark.parametrize("selection", [9, slice(4, 8), [0, 7], [7, 0]])
def test_files_that_have_fewer_examples_than_before(tmp_path, layout, selection):
    path = tmp_path / "changed.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file.create_dataset("x", data=np.arange(12).reshape(6, 2), **layout)
    if isinstance(selection, list):
        selection = np.array(selection)
    handle = OpenFile(path)
    with pytest.raises(
        DatasetFileError, match=r"changed\.hdf5': source 'x' has fewer examples than"
    ):
        read_examples(handle, "x", selection, True)
    handle.close()


@pytest.mark.parametrize("selection", [0, slice(0, 2), [3, 1]])
def test_files_cut_while_open(tmp_path, selection):
    path = tmp_path / "cut.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file["x"] = np.arange(12).reshape(6, 2)
    if isinstance(selection, list):
        selection = np.array(selection)
    handle = OpenFile(path)
    read_examples(handle, "x", selection, True)
    os.truncate(path, 2050)
    with pytest.raises(
        DatasetFileError, match=r"cut\.hdf5': source 'x' cannot be read \("
    ):
        read_examples(handle, "x", selection, True)
    handle.close()

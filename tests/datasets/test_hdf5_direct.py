import os

import h5py
import numpy as np
import pytest

from brickyard.datasets import hdf5_direct, kept_mapping
from brickyard.datasets.hdf5_direct import DirectReader, direct_reader

N = 37


@pytest.fixture(params=[0, 512], ids=["bare", "userblock"])
def path(request, tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "layouts.hdf5"
    with h5py.File(path, "w", userblock_size=request.param) as h5file:
        images = rng.integers(0, 256, (N, 3, 4), dtype="uint8")
        h5file["contiguous"] = images
        h5file["odd"] = rng.integers(0, 256, 3, dtype="uint8")
        for dtype in ("<f4", ">f8", "<f2", ">i4", "<u8", "bool"):
            h5file[dtype] = rng.normal(size=(N, 2)).astype(dtype)
        h5file["flat"] = rng.normal(size=N)
        h5file["large"] = rng.integers(0, 256, (N, 2**14), dtype="uint8")
        for rows in (1, 5, 50):
            name, chunks = f"chunks of {rows}", (rows, 3, 4)
            h5file.create_dataset(name, data=images, chunks=chunks, maxshape=(99, 3, 4))
        h5file.create_dataset("cut", data=images, chunks=(5, 3, 2))
        h5file.create_dataset("gzip", data=images, chunks=(5, 3, 4), compression="gzip")
        h5file.create_dataset("unwritten", (N, 2), "float32", fillvalue=3)
        holes = h5file.create_dataset("holes", (N, 2), "float32", chunks=(5, 2))
        holes[:7] = 1
        h5file.create_dataset("texts", data=np.full(N, b"ab"))
        h5file.create_dataset("complex", data=np.full(N, 1j))
        h5file.create_dataset("none", (0, 2), "uint8")
        h5file["scalar"] = 3
        twelve_bits = h5py.h5t.NATIVE_UINT16.copy()
        twelve_bits.set_precision(12)
        space = h5py.h5s.create_simple((N,))
        h5py.h5d.create(h5file.id, b"twelve bits", twelve_bits, space)
        h5file["twelve bits"][:] = np.arange(N)
    return path


CONTIGUOUS = ["contiguous", "<f4", ">f8", "<f2", ">i4", "<u8", "bool", "flat", "large"]
CHUNKED = ["chunks of 1", "chunks of 5", "chunks of 50"]
OTHERS = ["cut", "gzip", "unwritten", "holes", "texts", "complex", "none", "scalar"]


def agree(found, expected):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.tobytes() == expected.tobytes()
    assert type(found) is type(expected)


@pytest.mark.parametrize("name", CONTIGUOUS + CHUNKED)
def test_neighbours_as_the_library_reads_them(path, name, monkeypatch):
    monkeypatch.setattr(hdf5_direct, "_LARGE_CHUNK", 1)
    with h5py.File(path) as h5file:
        dataset = h5file[name]
        reader = direct_reader(dataset, scattered=False)
        for start, stop in [(0, N), (3, 9), (5, 15), (N - 1, N), (4, 4)]:
            agree(reader[start:stop], dataset[start:stop])
        agree(reader[5], dataset[5])
        assert reader[2:4].flags.writeable


@pytest.mark.parametrize("name", CONTIGUOUS + CHUNKED)
@pytest.mark.parametrize("mapped", [True, False])
def test_examples_from_anywhere_as_the_library_reads_them(
    path, name, mapped, monkeypatch
):
    if not mapped:
        monkeypatch.setattr(kept_mapping, "MappedFile", cannot_be_mapped)
    with h5py.File(path) as h5file:
        values = h5file[name][...]
        reader = direct_reader(h5file[name], scattered=True)
        for indices in ([0], [N - 1, 0, 7, 7], np.random.default_rng(1).permutation(N)):
            found = reader.take(np.array(indices))
            agree(found, values[indices])
            assert found.flags.writeable
            assert found.flags.c_contiguous


def cannot_be_mapped(descriptor):
    raise OSError("no such thing here")


@pytest.mark.parametrize("name", [*OTHERS, "twelve bits"])
@pytest.mark.parametrize("scattered", [True, False])
def test_left_to_the_library(path, name, scattered):
    with h5py.File(path) as h5file:
        assert direct_reader(h5file[name], scattered) is None


@pytest.mark.parametrize("name", CHUNKED)
def test_the_library_reads_neighbours_in_small_chunks(path, name, monkeypatch):
    with h5py.File(path) as h5file:
        assert direct_reader(h5file[name], scattered=False) is None
        assert direct_reader(h5file[name], scattered=False, whole=True) is None
        monkeypatch.setattr(hdf5_direct, "_MEDIUM_CHUNK", 12)
        assert direct_reader(h5file[name], scattered=False) is None
        assert direct_reader(h5file[name], scattered=False, whole=True) is not None
        monkeypatch.setattr(hdf5_direct, "_MAX_CHUNKS", 0)
        assert direct_reader(h5file[name], scattered=True) is None


@pytest.mark.parametrize("options", [{"mode": "r+"}, {"driver": "core"}])
def test_files_that_may_hold_back_values_are_left_to_the_library(path, options):
    with h5py.File(path, **{"mode": "r", **options}) as h5file:
        assert direct_reader(h5file["contiguous"], True) is None
    with h5py.File(path, "r+") as writing, h5py.File(path) as h5file:
        writing["contiguous"][3] = 7
        assert direct_reader(h5file["contiguous"], True) is None


def test_systems_that_lack_the_call(path, monkeypatch):
    monkeypatch.delattr(os, "preadv")
    with h5py.File(path) as h5file:
        assert direct_reader(h5file["contiguous"], False) is None


def test_a_place_behind_the_end_of_the_file(path):
    with h5py.File(path) as h5file:
        offset = h5file["large"].id.get_offset()
        os.truncate(path, offset + 100)
        assert direct_reader(h5file["large"], False) is None


@pytest.mark.parametrize("name", ["contiguous", "chunks of 5", "chunks of 50", "large"])
def test_examples_that_there_are_not(path, name):
    with h5py.File(path) as h5file:
        reader = direct_reader(h5file[name], True)
        with pytest.raises(IndexError, match="37"):
            reader.take(np.array([3, 37]))
        if name == "contiguous":
            with pytest.raises(IndexError, match="are 37 examples and none is 40"):
                reader[30:41]
            with pytest.raises(IndexError, match="are 37 examples and none is 37"):
                reader[37]


def test_a_file_that_becomes_shorter(path, monkeypatch):
    with h5py.File(path) as h5file:
        small, unseen = (direct_reader(h5file["contiguous"], True) for _ in range(2))
        monkeypatch.setattr(hdf5_direct, "MAPPED_LIMIT", 0)
        large = direct_reader(h5file["large"], True)
        start = h5file["contiguous"].id.get_offset()
        small.take(np.array([1]))
        os.truncate(path, start + 6)
        for read in (
            lambda: small[0:2],
            lambda: large[0:1],
            lambda: large.take(np.array([0])),
        ):
            with pytest.raises(
                OSError, match=r"the file ends at byte .* within the va"
            ):
                read()
        for reader in (small, unseen):
            with pytest.raises(OSError, match="bytes, and values lie at byte"):
                reader.take(np.array([0]))


def test_blocks_without_a_gap_are_read_at_once(tmp_path, monkeypatch):
    content = np.random.default_rng(0).integers(0, 256, 100, dtype="uint8")
    (tmp_path / "values").write_bytes(content.tobytes())
    calls, read = [], os.preadv

    def counted(descriptor, buffers, place):
        calls.append(place)
        return read(descriptor, buffers, place)

    monkeypatch.setattr(os, "preadv", counted)
    blocks = np.array([60, 66, 10, 16, 22, 80])  # of two examples of three bytes
    values = np.concatenate([content[place : place + 6] for place in blocks])
    values = values.reshape(12, 3)[:11]
    with open(tmp_path / "values", "rb") as file:
        reader = DirectReader(file.fileno(), blocks, 2, values.shape, values.dtype)
        for start, stop, places in [
            (0, 11, [60, 10, 80]),
            (1, 4, [63]),
            (3, 9, [69, 10]),
            (5, 10, [13]),
            (9, 11, [25, 80]),
            (2, 2, []),
        ]:
            calls.clear()
            np.testing.assert_array_equal(reader[start:stop], values[start:stop])
            assert calls == places
        order = np.random.default_rng(1).permutation(11)
        np.testing.assert_array_equal(reader.take(order), values[order])


def test_reads_that_come_in_pieces(tmp_path, monkeypatch):
    values = np.arange(40, dtype="float64").reshape(10, 4)
    (tmp_path / "values").write_bytes(values.tobytes())
    whole = os.preadv

    def at_most_seven_bytes(descriptor, buffers, place):
        return whole(descriptor, [memoryview(buffers[0]).cast("B")[:7]], place)

    monkeypatch.setattr(os, "preadv", at_most_seven_bytes)
    with open(tmp_path / "values", "rb") as file:
        reader = DirectReader(
            file.fileno(), np.array([0]), 10, values.shape, values.dtype
        )
        np.testing.assert_array_equal(reader[2:9], values[2:9])


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs /proc")
def test_large_sources_are_not_mapped(path, monkeypatch):
    with h5py.File(path) as h5file:
        size = h5file["contiguous"].size
        for limit, maps in ((size, True), (size - 1, False)):
            monkeypatch.setattr(hdf5_direct, "MAPPED_LIMIT", limit)
            with open("/proc/self/maps") as before:
                already = before.read().count(path.name)
            reader = direct_reader(h5file["contiguous"], True)
            reader.take(np.array([4, 2]))
            with open("/proc/self/maps") as after:
                assert after.read().count(path.name) - already == maps
            del reader

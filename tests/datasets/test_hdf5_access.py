import os
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import (
    OpenFile,
    check_storage,
    checked_dataset,
    open_h5file,
)
from brickyard.datasets.hdf5_direct import DirectReader


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.hdf5"
    with h5py.File(path, "w") as h5file:
        h5file["x"] = np.arange(4)
        h5file["group/y"] = np.arange(3)
        h5file["soft"] = h5py.SoftLink("/group/y")
        h5file["group/sibling"] = h5py.SoftLink("y")
        h5file["dangling"] = h5py.SoftLink("/nothing")
        h5file["circle"] = h5py.SoftLink("/circle")
        h5file["outside"] = h5py.ExternalLink("secret.hdf5", "/x")
        h5file["folder"] = h5py.ExternalLink("secret.hdf5", "/")
        h5file["through"] = h5py.SoftLink("/folder/x")
    with h5py.File(tmp_path / "secret.hdf5", "w") as h5file:
        h5file["x"] = np.full(4, 42)
    return path


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no data file '.*gone\.hdf5'"):
        open_h5file(tmp_path / "gone.hdf5")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not HDF5"])
def test_not_an_hdf5_file(tmp_path, content):
    (tmp_path / "other.hdf5").write_bytes(content)
    with pytest.raises(DatasetFileError, match=r"other\.hdf5' is not an HDF5 file"):
        open_h5file(tmp_path / "other.hdf5")


def test_folder(tmp_path):
    with pytest.raises(DatasetFileError, match=r"' is a folder; name the"):
        open_h5file(tmp_path)


def test_truncated_file(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DatasetFileError, match=r"data\.hdf5' is truncated; fetch or"):
        open_h5file(path)


@pytest.mark.parametrize("name", ["x", "/x", "group/y", "soft", "group/sibling"])
def test_datasets_within_the_file(path, name):
    with open_h5file(path) as h5file:
        assert checked_dataset(h5file, name)[1] == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("outside", "reached by an external link to 'secret.hdf5'"),
        ("folder/x", "reached by an external link to 'secret.hdf5'"),
        ("through", "reached by an external link to 'secret.hdf5'"),
        ("circle", "reached by links in a circle"),
        ("dangling", r"source 'dangling' is not in the file"),
        ("xx", r"is not in the file; did you mean 'x'\?"),
        ("x/y", r"source 'x/y' is not in the file"),
        ("group", "source 'group' must be an HDF5 dataset, it is a Group"),
    ],
)
def test_what_is_refused(path, name, message):
    with (
        open_h5file(path) as h5file,
        pytest.raises(DatasetFileError, match=rf"data\.hdf5'.*{message}"),
    ):
        checked_dataset(h5file, name)


def test_links_of_unknown_kinds_are_refused(path, monkeypatch):
    def unknown(*arguments, **keywords):
        raise TypeError("Unknown link type")

    with open_h5file(path) as h5file:
        monkeypatch.setattr(h5py.Group, "get", unknown)
        with pytest.raises(
            DatasetFileError, match="'x' is reached by a link of an unk"
        ):
            checked_dataset(h5file, "x")


def test_external_storage_is_refused(tmp_path):
    (tmp_path / "canary").write_bytes(b"secret!!")
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        external = [(str(tmp_path / "canary"), 0, 8)]
        h5file.create_dataset("x", (8,), np.uint8, external=external)
    with (
        open_h5file(tmp_path / "a.hdf5") as h5file,
        pytest.raises(DatasetFileError, match="source 'x' has external storage"),
    ):
        checked_dataset(h5file, "x")


def test_virtual_datasets_are_refused(path, tmp_path):
    layout = h5py.VirtualLayout((4,), np.int64)
    layout[:] = h5py.VirtualSource(str(path), "x", (4,))
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        dataset = h5file.create_virtual_dataset("x", layout)
        with pytest.raises(DatasetFileError, match=r"^'f': source 'x' is a virtual"):
            check_storage(dataset, "f", "x")


def test_opens_when_read(path):
    handle = OpenFile(path)
    assert not handle.is_open
    assert handle.dataset("x")[3] == 3
    assert handle.is_open
    assert handle.dataset("x") is handle.dataset("x")
    opened = handle.file
    handle.close()
    assert not handle.is_open
    assert not opened
    handle.close()
    assert handle.dataset("x")[3] == 3
    handle.close()


def test_closes_when_forgotten(path):
    handle = OpenFile(path)
    opened = handle.file
    del handle
    assert not opened


def test_handles_do_not_close_each_other(path):
    one, other = OpenFile(path), OpenFile(path)
    dataset = other.dataset("x")
    assert one.dataset("x")[1] == 1
    one.close()
    assert dataset[1] == 1
    other.close()


def test_a_file_handed_in_open_stays_open(path):
    with h5py.File(path) as h5file:
        handle = OpenFile(h5file)
        assert handle.dataset("x")[2] == 2
        handle.close()
        assert h5file
        handle = OpenFile(h5file)
    with pytest.raises(ValueError, match="handed to H5PYDataset has been closed"):
        handle.dataset("x")


def test_open_files_are_not_pickled(path):
    handle = OpenFile(path)
    with pytest.raises(
        TypeError, match=r"open HDF5 file cannot be pickled \(.*data\.h"
    ):
        pickle.dumps(handle)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_opens_the_file_anew(path, monkeypatch):
    handle = OpenFile(path)
    parents = handle.file
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert handle.file is not parents
    assert handle.dataset("x")[2] == 2
    assert parents
    handle.close()
    assert parents
    parents.close()


def test_drivers(path):
    handle = OpenFile(Path(path), driver="core")
    assert handle.file.driver == "core"
    handle.close()


def test_readers_are_of_the_open_file(path):
    handle = OpenFile(path)
    reader = handle.reader("x", True)
    assert handle.reader("x", True) is reader
    np.testing.assert_array_equal(reader.take(np.array([2, 0])), [2, 0])
    handle.close()
    again = handle.reader("x", True)
    assert again is not reader
    np.testing.assert_array_equal(again[1:3], [1, 2])
    handle.close()


def test_what_reads_small_chunks(tmp_path):
    path = tmp_path / "chunks.hdf5"
    values = np.random.default_rng(0).integers(0, 256, (64, 512), dtype="uint8")
    with h5py.File(path, "w") as h5file:
        for name, rows in (("small", 1), ("medium", 8), ("large", 32)):
            h5file.create_dataset(name, data=values, chunks=(rows, 512))
    for whole, scattered, direct in [
        (False, False, ["large"]),
        (True, False, ["medium", "large"]),
        (False, True, ["small", "medium", "large"]),
    ]:
        handle = OpenFile(path, whole=whole)
        readers = {name: handle.reader(name, scattered) for name in handle.file}
        for name, reader in readers.items():
            kind = DirectReader if name in direct else h5py.Dataset
            assert isinstance(reader, kind)
            np.testing.assert_array_equal(reader[3:19], values[3:19])
        handle.close()


def test_a_reader_does_not_follow_links_out_of_the_file(path):
    handle = OpenFile(path)
    with pytest.raises(DatasetFileError, match="external links are refused"):
        handle.reader("outside", True)
    handle.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_has_readers_of_its_own(path, monkeypatch):
    handle = OpenFile(path)
    reader = handle.reader("x", False)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert handle.reader("x", False) is not reader
    handle.close()

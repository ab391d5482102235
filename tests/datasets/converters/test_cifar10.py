import gzip
import io
import os
import pickle
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from brickyard.datasets import CIFAR10
from brickyard.datasets.converters import cifar10, convert_cifar10, sha256_of_file
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

DATA = Path(
    os.environ.get("BRICKYARD_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")
)
NAMES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
COUNT = 4


@pytest.fixture
def arrays(monkeypatch):
    monkeypatch.setattr(cifar10, "NUM_IMAGES", COUNT)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (6 * COUNT, 3, 32, 32)).astype(np.uint8)
    return pixels, rng.integers(0, 10, 6 * COUNT).astype(np.uint8)


def contents(arrays, binary):
    found = {}
    for index, name in enumerate(NAMES):
        part = slice(index * COUNT, (index + 1) * COUNT)
        pixels, labels = arrays[0][part].reshape(COUNT, -1), arrays[1][part]
        if binary:
            found[f"{name}.bin"] = np.column_stack([labels, pixels]).tobytes()
        else:
            values = {b"data": pixels, b"labels": labels.tolist(), b"filenames": [b"x"]}
            found[name] = pickle.dumps(values, 3)
    return found


def write_archive(path, folder, files):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write(directory, arrays, binary, form):
    files = contents(arrays, binary)
    kind = "binary" if binary else "python"
    folder = "cifar-10-batches-bin" if binary else "cifar-10-batches-py"
    if form == "archive":
        write_archive(directory / f"cifar-10-{kind}.tar.gz", folder, files)
        return
    if form == "folder":
        directory = directory / folder
        directory.mkdir()
    for name, content in files.items():
        if form == "gzip":
            (directory / f"{name}.gz").write_bytes(gzip.compress(content, 1))
        else:
            (directory / name).write_bytes(content)


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("form", ["archive", "folder", "flat", "gzip"])
def test_the_arrays_come_back(tmp_path, arrays, binary, form):
    write(tmp_path, arrays, binary, form)
    (path,) = convert_cifar10(tmp_path, tmp_path)
    assert path == str(tmp_path / "cifar10.hdf5")
    with h5py.File(path) as h5file:
        np.testing.assert_array_equal(h5file["features"][:], arrays[0])
        np.testing.assert_array_equal(h5file["targets"][:, 0], arrays[1])
        assert h5file["features"].dtype == h5file["targets"].dtype == np.uint8
        assert [d.label for d in h5file["features"].dims] == [
            "batch",
            "channel",
            "height",
            "width",
        ]
        assert [d.label for d in h5file["targets"].dims] == ["batch", "index"]
        assert h5file.attrs["command"].endswith(f"cifar10 --directory {tmp_path}")
        originals = [p for p in tmp_path.rglob("*") if p.is_file() and str(p) != path]
        inputs = h5file["features"].attrs["inputs"]
        assert all(sha256_of_file(original) in inputs for original in originals)


def test_the_dataset_class_reads_the_file(tmp_path, arrays, monkeypatch):
    write(tmp_path, arrays, True, "flat")
    convert_cifar10(tmp_path, tmp_path)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    assert CIFAR10(("train",)).num_examples == 5 * COUNT
    features, targets = CIFAR10(("test",)).get_data(None, slice(0, COUNT))
    np.testing.assert_array_equal(features, arrays[0][-COUNT:])
    np.testing.assert_array_equal(targets[:, 0], arrays[1][-COUNT:])


def test_missing_batches_are_named(tmp_path, arrays):
    write(tmp_path, arrays, True, "flat")
    (tmp_path / "data_batch_3.bin").unlink()
    with pytest.raises(
        MissingInputFiles,
        match=r"no complete CIFAR-10: .*'cifar-10-binary.tar.gz' or .* pass --partial",
    ) as info:
        convert_cifar10(tmp_path, tmp_path)
    assert info.value.filenames == ["data_batch_3.bin"]
    assert not (tmp_path / "cifar10.hdf5").exists()


def test_partial_takes_what_is_there(tmp_path, arrays):
    write(tmp_path, arrays, True, "gzip")
    for number in (1, 2, 4):
        (tmp_path / f"data_batch_{number}.bin.gz").unlink()
    content = gzip.decompress((tmp_path / "test_batch.bin.gz").read_bytes())
    (tmp_path / "test_batch_2.bin").write_bytes(content[: 2 * 3073])
    (path,) = convert_cifar10(tmp_path, tmp_path, "whole_test.hdf5", partial=True)
    with h5py.File(path) as h5file:
        assert CIFAR10.get_all_splits(h5file) == ("train", "test")
        assert h5file["targets"].shape == (3 * COUNT, 1)
        assert h5file.attrs["command"].endswith("--partial")
    (tmp_path / "test_batch.bin.gz").unlink()
    (path,) = convert_cifar10(tmp_path, tmp_path, partial=True)
    with h5py.File(path) as h5file:
        expected = np.concatenate(
            [arrays[0][part * COUNT : (part + 1) * COUNT] for part in (2, 4)]
            + [arrays[0][5 * COUNT : 5 * COUNT + 2]]
        )
        np.testing.assert_array_equal(h5file["features"][:], expected)


def test_partial_needs_something(tmp_path):
    with pytest.raises(MissingInputFiles, match="no file of the binary version of CIF"):
        convert_cifar10(tmp_path, tmp_path, partial=True)


@pytest.mark.parametrize("partial", [True, False])
def test_truncated_batches(tmp_path, arrays, partial):
    write(tmp_path, arrays, True, "flat")
    path = tmp_path / "data_batch_2.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        DatasetFileError, match=r"data_batch_2.bin' is truncated, or no"
    ):
        convert_cifar10(tmp_path, tmp_path, partial=partial)
    assert not (tmp_path / "cifar10.hdf5").exists()


def test_batches_cut_between_images(tmp_path, arrays):
    write(tmp_path, arrays, True, "flat")
    path = tmp_path / "data_batch_2.bin"
    path.write_bytes(path.read_bytes()[:-3073])
    with pytest.raises(
        DatasetFileError, match=r"data_batch_2.bin' has 3 images instead"
    ):
        convert_cifar10(tmp_path, tmp_path)


def test_truncated_archive(tmp_path, arrays):
    write(tmp_path, arrays, False, "archive")
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(
        DatasetFileError, match=r"python.tar.gz' is not a tar archive, o"
    ):
        convert_cifar10(tmp_path, tmp_path)


class Hostile:
    def __reduce__(self):
        return print, ("run",)


def test_hostile_pickles_are_not_run(tmp_path, arrays, capsys):
    write(tmp_path, arrays, False, "folder")
    path = tmp_path / "cifar-10-batches-py" / "data_batch_1"
    path.write_bytes(pickle.dumps({"data": Hostile()}, 2))
    with pytest.raises(
        DatasetFileError,
        match=r"data_batch_1' is a pickle with more .*__builtin__.print",
    ):
        convert_cifar10(tmp_path, tmp_path)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not (DATA / "cifar10").is_dir(), reason="CIFAR-10 is not there")
def test_the_real_files(tmp_path):
    with pytest.raises(MissingInputFiles, match=r"data_batch_2.bin, data_batch_3.bin"):
        convert_cifar10(DATA / "cifar10", tmp_path)
    (path,) = convert_cifar10(DATA / "cifar10", tmp_path, partial=True)
    with h5py.File(path) as h5file:
        assert h5file["features"].shape == (11000, 3, 32, 32)
        targets = h5file["targets"][:, 0]
        # the counts per class of the published first batch
        assert np.bincount(targets[:10000]).tolist() == [
            1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981
        ]  # fmt: skip
        # a frog, trucks, a deer; then a cat, ships, an aeroplane
        assert targets[:5].tolist() == [6, 9, 9, 4, 1]
        assert targets[10000:10004].tolist() == [3, 8, 8, 0]

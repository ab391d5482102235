import io

import numpy as np
import pytest
from scipy.io import savemat

from brickyard.datasets.converters import matlab
from brickyard.datasets.converters.matlab import matlab_shape, read_matlab_array
from brickyard.datasets.exceptions import DatasetFileError

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.mat"


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dtype", ["uint8", "float64", "int16"])
def test_arrays_come_back(path, compress, dtype):
    array = ARRAY.astype(dtype)
    savemat(path, {"other": np.eye(3), "X": array}, do_compression=compress)
    assert matlab_shape(path, "X") == (2, 3, 4)
    found = read_matlab_array(path, "X")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, array)


def test_version_4(path):
    savemat(path, {"X": np.eye(3)}, format="4")
    np.testing.assert_array_equal(read_matlab_array(path, "X"), np.eye(3))


def test_missing_array(path):
    savemat(path, {"Xs": ARRAY})
    with pytest.raises(
        DatasetFileError, match=r"some.mat' is trunc.*lacks .* 'X'; did y"
    ):
        read_matlab_array(path, "X")


@pytest.mark.parametrize("value", ["text", {"a": 1}, np.array([[], {}], dtype=object)])
def test_other_things_than_numbers(path, value):
    savemat(path, {"X": value})
    with pytest.raises(DatasetFileError, match="'X' must be an array of numbers, got"):
        read_matlab_array(path, "X")


def test_large_arrays(path, monkeypatch):
    savemat(path, {"X": ARRAY})
    monkeypatch.setattr(matlab, "MAX_SIZE", 24)
    read_matlab_array(path, "X")
    monkeypatch.setattr(matlab, "MAX_SIZE", 23)
    with pytest.raises(DatasetFileError, match=r"shape \(2, 3, 4\), 24 bytes, more th"):
        read_matlab_array(path, "X")


def test_another_shape_than_announced(path, monkeypatch):
    savemat(path, {"X": ARRAY})
    monkeypatch.setattr(matlab, "matlab_shape", lambda path, name: (5, 5))
    with pytest.raises(DatasetFileError, match=r"shape \(5, 5\) and has \(2, 3, 4\); "):
        read_matlab_array(path, "X")


@pytest.mark.parametrize("compress", [True, False])
def test_truncated_anywhere(path, compress):
    savemat(path, {"X": ARRAY}, do_compression=compress)
    content = path.read_bytes()
    for keep in range(0, len(content), 7):
        path.write_bytes(content[:keep])
        with pytest.raises(DatasetFileError, match=r"some.mat' (is not|is trunc)"):
            read_matlab_array(path, "X")


def test_other_files(path):
    import h5py

    path.write_bytes(b"<html>" * 100)
    with pytest.raises(
        DatasetFileError, match="is not a MATLAB file of version 4 to 7"
    ):
        read_matlab_array(path, "X")
    content = io.BytesIO()
    with h5py.File(content, "w", userblock_size=512) as h5file:
        h5file["X"] = ARRAY
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    path.write_bytes(header.ljust(512, b"\0") + content.getvalue()[512:])
    with pytest.raises(
        DatasetFileError, match="is not a MATLAB file of version 4 to 7"
    ):
        read_matlab_array(path, "X")


def test_missing_file(path):
    with pytest.raises(FileNotFoundError):
        read_matlab_array(path, "X")

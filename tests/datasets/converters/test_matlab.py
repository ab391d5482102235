import io
import struct

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


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (1, 3), (2, 0, 2)])
def test_small_and_empty_arrays(path, shape):
    array = np.ones(shape, dtype=np.uint8)
    savemat(path, {"X": array})
    np.testing.assert_array_equal(read_matlab_array(path, "X"), array)


def test_logical_arrays_are_zeros_and_ones(path):
    savemat(path, {"X": np.eye(3, dtype=bool)})
    np.testing.assert_array_equal(read_matlab_array(path, "X"), np.eye(3))


def big_endian(values, flags=0x0006, kind=4, size=None):
    """MATLAB on another machine: doubles that are whole numbers, stored as uint16."""
    stored = np.array(values, dtype=">u2").tobytes()
    content = struct.pack(">4I", 6, 8, flags, 0) + struct.pack(">4I", 5, 8, 1, 3)
    content += struct.pack(">I4s", 1 << 16 | 1, b"X")
    content += struct.pack(">2I", kind, size or len(stored)) + stored.ljust(8, b"\0")
    header = b"MATLAB 5.0".ljust(124) + b"\x01\x00MI"
    return header + struct.pack(">2I", 14, len(content)) + content


def test_other_machines_and_smaller_types(path):
    path.write_bytes(big_endian([1, 2, 300]))
    found = read_matlab_array(path, "X")
    assert found.dtype == np.float64
    assert found.tolist() == [[1, 2, 300]]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (big_endian([1, 2]), "3 values of >u2 have 4 bytes"),
        (big_endian([1, 2, 3], kind=14), "values have the type 14"),
        (big_endian([1, 2, 3], kind=6 << 16 | 4), "a small element has 6 bytes"),
        (big_endian([1, 2, 3]) + b"abc", "requires a buffer of 8 bytes"),
        (big_endian([1, 2, 3]) + struct.pack(">2I", 3, 0), None),
        (big_endian([1, 2, 3])[:-8], "in the middle of a variable"),
        (struct.pack(">2I", 14, 0), "does not start with the header"),
    ],
)
def test_malformed_elements(path, content, match):
    path.write_bytes(content)
    if match is None:
        with pytest.raises(DatasetFileError, match="the type 3 for an array"):
            read_matlab_array(path, "Y")
        return
    with pytest.raises(DatasetFileError, match=f"is not a MATLAB file.*{match}"):
        read_matlab_array(path, "X" if "buffer" not in match else "Y")


@pytest.mark.parametrize(
    ("position", "number", "match"),
    [
        (128 + 8, 5, "an element has the type 5 and 8 bytes"),
        (128 + 8 + 20, 256, "an element has the type 5 and 256 bytes"),
        (128 + 8 + 20, 4, r"an array has the shape \(1,\)"),
        (128 + 8 + 24, 2**32 - 1, r"an array has the shape \(-1, 3\)"),
    ],
)
def test_altered_heads(path, position, number, match):
    content = bytearray(big_endian([1, 2, 3]))
    struct.pack_into(">I", content, position, number)
    path.write_bytes(content)
    with pytest.raises(DatasetFileError, match=match):
        read_matlab_array(path, "X")


def test_complex_and_opaque_variables(path):
    path.write_bytes(big_endian([1, 2, 3], flags=0x0806))
    with pytest.raises(DatasetFileError, match="of real numbers, got complex numbers"):
        read_matlab_array(path, "X")
    path.write_bytes(big_endian([1, 2, 3], flags=17))
    with pytest.raises(DatasetFileError, match=r"lacks the array 'X'. There are: none"):
        read_matlab_array(path, "X")


def test_surplus_bytes(path):
    content = bytearray(big_endian([1, 2, 3]) + bytes(8))
    struct.pack_into(">I", content, 132, len(content) - 136)
    path.write_bytes(content)
    with pytest.raises(DatasetFileError, match="goes on after its end"):
        read_matlab_array(path, "X")


def test_any_change_is_an_array_or_an_error(path):
    rng = np.random.default_rng(1)
    contents = []
    for compress in (True, False):
        savemat(path, {"X": ARRAY, "y": np.ones((3, 1))}, do_compression=compress)
        contents.append(path.read_bytes())
    for _ in range(600):
        content = bytearray(contents[rng.integers(2)])
        for position in rng.integers(100, len(content), rng.integers(1, 4)):
            content[position] = rng.integers(256)
        path.write_bytes(content)
        try:
            assert isinstance(read_matlab_array(path, "X"), np.ndarray)
        except DatasetFileError as error:
            assert "some.mat" in str(error)


def test_missing_array(path):
    savemat(path, {"Xs": ARRAY})
    with pytest.raises(
        DatasetFileError, match=r"some.mat' is trunc.*lacks .* 'X'; did y"
    ):
        read_matlab_array(path, "X")


@pytest.mark.parametrize("value", ["text", {"a": 1}, np.array([[], {}], dtype=object)])
def test_other_things_than_numbers(path, value):
    savemat(path, {"X": value})
    with pytest.raises(DatasetFileError, match="'X' must be an array of real numbers,"):
        read_matlab_array(path, "X")


def test_large_arrays(path, monkeypatch):
    savemat(path, {"X": ARRAY})
    monkeypatch.setattr(matlab, "MAX_SIZE", 24)
    read_matlab_array(path, "X")
    monkeypatch.setattr(matlab, "MAX_SIZE", 23)
    with pytest.raises(DatasetFileError, match=r"shape \(2, 3, 4\), 24 bytes, more th"):
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
        DatasetFileError, match="is not a MATLAB file of version 5 to 7"
    ):
        read_matlab_array(path, "X")
    content = io.BytesIO()
    with h5py.File(content, "w", userblock_size=512) as h5file:
        h5file["X"] = ARRAY
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    path.write_bytes(header.ljust(512, b"\0") + content.getvalue()[512:])
    with pytest.raises(
        DatasetFileError, match="is not a MATLAB file of version 5 to 7"
    ):
        read_matlab_array(path, "X")


def test_missing_file(path):
    with pytest.raises(FileNotFoundError):
        read_matlab_array(path, "X")

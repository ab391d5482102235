import gzip
import tracemalloc

import pytest

from brickyard.datasets.converters.original_files import find_original, read_original
from brickyard.datasets.exceptions import DatasetFileError

CONTENT = bytes(range(256)) * 20


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_content_comes_back(tmp_path, compress):
    (tmp_path / "a").write_bytes(compress(CONTENT))
    assert read_original(tmp_path / "a") == CONTENT
    assert read_original(tmp_path / "a", len(CONTENT)) == CONTENT


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_more_than_allowed(tmp_path, compress):
    (tmp_path / "a").write_bytes(compress(CONTENT))
    with pytest.raises(DatasetFileError, match="a' has more than 5119 bytes of conten"):
        read_original(tmp_path / "a", len(CONTENT) - 1)


@pytest.mark.parametrize("keep", [3, 9, 40, -1])
def test_truncated(tmp_path, keep):
    (tmp_path / "a").write_bytes(gzip.compress(CONTENT)[:keep])
    with pytest.raises(DatasetFileError, match="a' is truncated or damaged: gzip cann"):
        read_original(tmp_path / "a")


@pytest.mark.parametrize("position", [2, 15, 20, -6])
def test_altered(tmp_path, position):
    content = bytearray(gzip.compress(CONTENT))
    content[position] ^= 0xFF
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DatasetFileError, match="a' is truncated or damaged: gzip cann"):
        read_original(tmp_path / "a")


def test_missing_files_are_no_damaged_files(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_original(tmp_path / "a")


def test_find_original(tmp_path):
    assert find_original(tmp_path, "a") is None
    (tmp_path / "a").write_bytes(b"")
    assert find_original(tmp_path, "a") == tmp_path / "a"
    (tmp_path / "a.gz").write_bytes(b"")
    assert find_original(tmp_path, "a") == tmp_path / "a.gz"


def test_takes_no_more_memory_than_the_content(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    tracemalloc.start()
    assert read_original(path) == b"abc"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20

import pytest

from brickyard.datasets.converted import find_converted_file


def test_finds_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    (tmp_path / "a.hdf5").write_bytes(b"")
    assert find_converted_file("a.hdf5", "A", "a") == tmp_path / "a.hdf5"


def test_says_how_to_make_it(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"'a.hdf5'.*\. A: make .*convert a --x --directory D"
    ):
        find_converted_file("a.hdf5", "A", "a --x")

import h5py
import pytest

from brickyard.datasets.converters import atomic_hdf5_file


def test_a_failure_leaves_the_previous_file(tmp_path):
    path = tmp_path / "data.hdf5"
    with atomic_hdf5_file(path) as h5file:
        h5file.attrs["version"] = 1
    before = path.read_bytes()
    with (
        pytest.raises(RuntimeError, match="half-way"),
        atomic_hdf5_file(path) as h5file,
    ):
        h5file.attrs["version"] = 2
        raise RuntimeError("half-way")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["data.hdf5"]


def test_replaces_the_previous_file(tmp_path):
    path = tmp_path / "data.hdf5"
    for version in (1, 2):
        with atomic_hdf5_file(path) as h5file:
            h5file.attrs["version"] = version
    with h5py.File(path) as h5file:
        assert h5file.attrs["version"] == 2


def test_the_file_is_readable_like_any_other(tmp_path):
    (tmp_path / "other").touch()
    with atomic_hdf5_file(tmp_path / "data.hdf5"):
        pass
    mode = (tmp_path / "data.hdf5").stat().st_mode
    assert mode == (tmp_path / "other").stat().st_mode


def test_the_directory_must_exist(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"there is no directory .*nowhere"),
        atomic_hdf5_file(tmp_path / "nowhere" / "data.hdf5"),
    ):
        pass

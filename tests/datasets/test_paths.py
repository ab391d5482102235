import os

import pytest

from brickyard.datasets import paths
from brickyard.datasets.exceptions import ConfigurationError
from brickyard.datasets.paths import (
    data_path,
    find_in_data_path,
    originals_directory,
)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    made = [tmp_path / "one", tmp_path / "two"]
    for folder in made:
        folder.mkdir()
    monkeypatch.setenv("BRICKYARD_DATA_PATH", os.pathsep.join(map(str, made)))
    return made


def test_path_comes_from_the_environment(folders):
    assert data_path() == tuple(folders)


def test_default_path_is_the_users(monkeypatch):
    monkeypatch.delenv("BRICKYARD_DATA_PATH", raising=False)
    monkeypatch.setattr(paths, "read_settings", dict)
    (folder,) = data_path()
    assert folder.name == "brickyard"


def test_settings_come_after_the_environment(monkeypatch, folders):
    chosen = {"data_path": ["~", "/other"]}
    monkeypatch.setattr(paths, "read_settings", lambda: chosen)
    assert data_path() == tuple(folders)
    monkeypatch.delenv("BRICKYARD_DATA_PATH")
    assert [str(folder) for folder in data_path()] == [
        os.path.expanduser("~"),
        "/other",
    ]


def test_originals_are_in_the_first_folder(folders):
    assert originals_directory("mnist") == folders[0] / "originals" / "mnist"


def test_home_is_expanded(monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", "~")
    assert str(data_path()[0]) == os.path.expanduser("~")


def test_empty_setting_is_an_error(monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", " ")
    with pytest.raises(ConfigurationError, match="names no folder: ' '"):
        data_path()


def test_first_folder_wins(folders):
    (folders[1] / "mnist.hdf5").touch()
    assert find_in_data_path("mnist.hdf5") == folders[1] / "mnist.hdf5"
    (folders[0] / "mnist.hdf5").touch()
    assert find_in_data_path("mnist.hdf5") == folders[0] / "mnist.hdf5"


def test_missing_file_names_the_nearest(folders):
    with pytest.raises(
        FileNotFoundError, match=r"no data file 'mnst\.hdf5' in the data"
    ):
        find_in_data_path("mnst.hdf5")
    (folders[1] / "mnist.hdf5").touch()
    with pytest.raises(FileNotFoundError, match=r"did you mean 'mnist\.hdf5'"):
        find_in_data_path("mnst.hdf5")


def test_missing_folder_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        find_in_data_path("mnist.hdf5")


def test_only_files_of_the_kind_are_listed(folders):
    for name in ("notes.txt", "cifar10.hdf5"):
        (folders[0] / name).touch()
    with pytest.raises(FileNotFoundError, match=r"There are: cifar10\.hdf5$"):
        find_in_data_path("mnist.hdf5")

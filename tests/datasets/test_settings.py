import pytest

from brickyard.datasets import settings
from brickyard.datasets.exceptions import ConfigurationError
from brickyard.datasets.settings import read_settings, settings_file


@pytest.fixture
def write(tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    monkeypatch.setattr(settings, "settings_file", lambda: path)
    return path.write_bytes


def test_where_the_file_is():
    assert settings_file().name == "config.toml"
    assert settings_file().parent.name == "brickyard"


def test_without_a_file_there_are_no_settings(write):
    assert read_settings() == {}


@pytest.mark.parametrize(
    ("text", "folders"),
    [(b"data_path = '~/a'", ["~/a"]), (b"data_path = ['/b', 'c']", ["/b", "c"])],
)
def test_folders(write, text, folders):
    write(text)
    assert read_settings() == {"data_path": folders}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"data_path = ", "config.toml' cannot be read as TOML: Invalid value"),
        (b"\xff", "config.toml' cannot be read as TOML"),
        (b"datapath = 'a'", "unknown key 'datapath'; did you mean 'data_path'"),
        (b"data_path = 3", "must be a folder or a list of folders.* got 3"),
        (b"data_path = []", r"a list of folders.* got \[\]"),
        (b"data_path = ['']", "a list of folders"),
        (b"data_path = ['a', 1]", "a list of folders"),
    ],
)
def test_what_is_wrong_with_a_file(write, text, message):
    write(text)
    with pytest.raises(ConfigurationError, match=message):
        read_settings()

import pytest

from brickyard.cli.known_data import (
    converted_files,
    converter_names,
    dataset_names,
    download_names,
    find_converter,
    find_data_files,
    find_dataset_plugin,
    find_download,
)
from brickyard.datasets.converters.commands import COMMANDS
from brickyard.datasets.downloaders import DOWNLOADS
from brickyard.plugins import PluginError


def test_ours(announce):
    announce()
    assert converter_names() == sorted(COMMANDS)
    assert download_names() == sorted(DOWNLOADS)
    assert dataset_names() == sorted({*COMMANDS, *DOWNLOADS})
    assert find_converter("mnist") is COMMANDS["mnist"]
    assert find_download("mnist") is DOWNLOADS["mnist"]
    assert find_dataset_plugin("mnist") is None


def test_plugins(announce, make_module):
    module = make_module(
        "cli_plugin_cats",
        "from brickyard.datasets.converters.commands import ConverterCommand\n"
        "from brickyard.datasets.downloaders import DatasetDownload, RemoteFile\n"
        "convert = ConverterCommand(print, 'cats', default_filename='cats.hdf5')\n"
        "download = DatasetDownload('cats', {'': (RemoteFile('cats.gz'),)})\n",
    )
    announce(
        ("brickyard.converters", "cats", f"{module}:convert", "dist-a"),
        ("brickyard.downloaders", "cats", f"{module}:download", "dist-a"),
        ("brickyard.datasets", "dogs", f"{module}:convert", "dist-a"),
    )
    assert find_converter("cats").default_filename == "cats.hdf5"
    assert find_download("cats").files[0].filename == "cats.gz"
    assert {"cats", "dogs", "mnist"} <= set(dataset_names())
    assert find_dataset_plugin("dogs").distribution == "dist-a"


@pytest.mark.parametrize(
    ("group", "find", "kind"),
    [
        ("brickyard.converters", find_converter, "ConverterCommand"),
        ("brickyard.downloaders", find_download, "DatasetDownload"),
    ],
)
def test_plugin_of_the_wrong_kind(announce, group, find, kind):
    announce((group, "cats", "builtins:dict", "dist-a"))
    with pytest.raises(PluginError, match=f"'cats' .* of 'dist-a' must be a {kind}"):
        find("cats")
    announce((group, "mnist", "builtins:dict", "dist-a"))
    with pytest.raises(PluginError, match="brickyard and dist-a; uninstall dist-a"):
        find("mnist")


def test_converted_files_are_found_in_order(data_path, tmp_path, monkeypatch):
    second = tmp_path / "second"
    second.mkdir()
    monkeypatch.setenv("BRICKYARD_DATA_PATH", f"{data_path}:{second}:{tmp_path}/none")
    for name in ("mnist_bool.hdf5", "mnist.hdf5", "fashion_mnist.hdf5"):
        (data_path / name).touch()
    (second / "mnist.hdf5").touch()
    assert converted_files("mnist") == [
        data_path / "mnist.hdf5",
        data_path / "mnist_bool.hdf5",
        second / "mnist.hdf5",
    ]
    assert find_data_files("mnist") == converted_files("mnist")


def test_words_that_mean_files(data_path, monkeypatch):
    path = data_path / "own"
    path.touch()
    assert find_data_files(str(path)) == [path]
    monkeypatch.chdir(data_path)
    assert [each.name for each in find_data_files("own")] == ["own"]
    assert [each.name for each in find_data_files("digits")] == ["digits.hdf5"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("none.hdf5", "there is no file 'none.hdf5'; check"),
        ("in/none", "there is no file 'in/none'"),
        ("mnits", "neither a file nor the name .*; did you mean 'mnist'"),
        ("iris", "iris is not in the data path .*`brickyard data convert iris`"),
    ],
)
def test_words_that_mean_nothing(data_path, word, message):
    with pytest.raises(FileNotFoundError, match=message):
        find_data_files(word)

"""The data sets that there are by name: ours, and those of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brickyard.datasets.converters.commands import COMMANDS, ConverterCommand
from brickyard.datasets.downloaders import DOWNLOADS, DatasetDownload
from brickyard.datasets.names import near_match
from brickyard.datasets.paths import data_path
from brickyard.plugins import Plugin, PluginError, find_plugin, find_plugins

CONVERTERS = "brickyard.converters"
DOWNLOADERS = "brickyard.downloaders"
DATASETS = "brickyard.datasets"


def converter_names() -> list[str]:
    """Return the names of all converters, sorted."""
    return sorted({*COMMANDS, *find_plugins(CONVERTERS)})


def download_names() -> list[str]:
    """Return the names of all downloads, sorted."""
    return sorted({*DOWNLOADS, *find_plugins(DOWNLOADERS)})


def dataset_names() -> list[str]:
    """Return the names of all data sets that something is known about, sorted."""
    plugins = find_plugins(DATASETS)
    return sorted({*converter_names(), *download_names(), *plugins})


def find_converter(name: str) -> ConverterCommand:
    """Return the converter of a name.

    Parameters
    ----------
    name
        One of `converter_names`.

    Raises
    ------
    PluginError
        If it is that of a plugin and cannot be had.
    """
    found: ConverterCommand = _find(CONVERTERS, name, COMMANDS, ConverterCommand)
    return found


def find_download(name: str) -> DatasetDownload:
    """Return the download of a name.

    Parameters
    ----------
    name
        One of `download_names`.

    Raises
    ------
    PluginError
        If it is that of a plugin and cannot be had.
    """
    found: DatasetDownload = _find(DOWNLOADERS, name, DOWNLOADS, DatasetDownload)
    return found


def find_dataset_plugin(name: str) -> Plugin | None:
    """Return the plugin with the data set of a name; None if there is none.

    Parameters
    ----------
    name
        The name.

    Raises
    ------
    PluginError
        If several distributions announce the name.
    """
    return find_plugin(DATASETS, name, own=COMMANDS)


def _find(group: str, name: str, own: Mapping[str, Any], kind: type) -> Any:
    plugin = find_plugin(group, name, own)
    if plugin is None:
        return own[name]
    found = plugin.load()
    if not isinstance(found, kind):
        raise PluginError(
            f"{name!r} ({group}) of {plugin.distribution!r} must be a {kind.__name__}, "
            f"got {type(found).__name__}"
        )
    return found


def converted_files(name: str) -> list[Path]:
    """Return the files along the data path that the converter of a name has made.

    Parameters
    ----------
    name
        One of `converter_names`.
    """
    patterns = find_converter(name).output_patterns
    folders = [folder for folder in data_path() if folder.is_dir()]
    found = [
        path
        for folder in folders
        for pattern in patterns
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    ]
    return list(dict.fromkeys(found))


def find_data_files(file_or_name: str) -> list[Path]:
    """Return the files that a word on the command line means.

    Parameters
    ----------
    file_or_name
        The path of a file, or the name of a data set that has been converted.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or the data set has not been converted.
    """
    path = Path(file_or_name)
    if path.exists() or path.suffix or len(path.parts) > 1:
        if not path.exists():
            raise FileNotFoundError(
                f"there is no file {file_or_name!r}; check the path, or name a data set"
            )
        return [path]
    if file_or_name == "digits":
        from brickyard.datasets.digits import Digits

        return [Path(Digits(("train",)).path)]
    known = converter_names()
    if file_or_name not in known:
        raise FileNotFoundError(
            f"{file_or_name!r} is neither a file nor the name of a data set that is "
            f"converted{near_match(file_or_name, known)}"
        )
    found = converted_files(file_or_name)
    if not found:
        folders = ", ".join(map(str, data_path()))
        raise FileNotFoundError(
            f"{file_or_name} is not in the data path ({folders}); make its file by "
            f"`brickyard data convert {file_or_name}`"
        )
    return found

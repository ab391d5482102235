"""``brickyard data list``: which data sets there are, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickyard.cli.known_data import (
    converted_files,
    converter_names,
    dataset_names,
    download_names,
    find_converter,
    find_dataset_plugin,
    find_download,
)
from brickyard.cli.printing import format_table
from brickyard.datasets.paths import data_path, originals_directory
from brickyard.plugins import PluginError

if TYPE_CHECKING:
    import click


def list_command() -> click.Command:
    """Return the command."""
    import click

    @click.command("list", short_help="Which data sets there are, and what is here.")
    def list_data() -> None:
        """List the data sets, their original files and their converted files.

        ORIGINALS says how many of the original files are where `download` puts them;
        CONVERTED, which files of the data path hold the data set.
        """
        click.echo(format_table(dataset_rows()))
        folders = ", ".join(map(str, data_path()))
        click.echo(f"\nData path: {folders}")
        click.echo(f"Originals: {originals_directory('NAME')}")

    return list_data


def dataset_rows() -> list[tuple[str, str, str]]:
    """Return the rows of the table: a heading, then one row per data set and file."""
    rows = [("NAME", "ORIGINALS", "CONVERTED")]
    for name in dataset_names():
        try:
            find_dataset_plugin(name)
            originals, converted = _originals(name), _converted(name)
        except PluginError as error:
            originals, converted = "?", [f"error: {error}"]
        rows.append((name, originals, converted[0]))
        rows += [("", "", path) for path in converted[1:]]
    return rows


def _originals(name: str) -> str:
    if name not in download_names():
        needs = name in converter_names() and find_converter(name).has_directory
        return "by hand" if needs else "-"
    found = find_download(name)
    folder = originals_directory(name)
    counts = [
        (sum((folder / file.filename).is_file() for file in files), len(files))
        for files in found.variants.values()
    ]
    there, total = max(counts, key=lambda count: count[0] / count[1])
    if there:
        return f"{there} of {total}"
    return "by hand" if found.by_hand else "no"


def _converted(name: str) -> list[str]:
    if name == "digits":
        return ["in the package"]
    if name not in converter_names():
        return ["read as published" if name in download_names() else "by a plugin"]
    return [str(path) for path in converted_files(name)] or ["no"]

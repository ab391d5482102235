"""Finding the file that a converter made."""

from __future__ import annotations

from pathlib import Path

from brickyard.datasets.paths import find_in_data_path


def find_converted_file(filename: str, dataset: str, converter: str) -> Path:
    """Return the path of a converted file in the data path.

    Parameters
    ----------
    filename
        The name of the file.
    dataset
        The class that needs it, for the message.
    converter
        The converter that makes it, with its options, for the message.

    Raises
    ------
    FileNotFoundError
        If there is none; the message says how to make it.
    """
    try:
        return find_in_data_path(filename)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{error}. {dataset}: make the file from the original ones by `brickyard "
            f"data convert {converter} --directory D`, D being their folder"
        ) from error

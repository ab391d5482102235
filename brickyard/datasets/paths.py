"""Where data files are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.datasets.exceptions import ConfigurationError
from brickyard.datasets.names import near_match

DATA_PATH_VARIABLE = "BRICKYARD_DATA_PATH"


def data_path() -> tuple[Path, ...]:
    """Return the folders in which data files are looked for, in order.

    They are those of the environment variable ``BRICKYARD_DATA_PATH``, separated as
    those of ``PATH`` are; without it, the folder ``brickyard`` among the user's
    application data.

    Raises
    ------
    ConfigurationError
        If the variable is set and names no folder.
    """
    setting = os.environ.get(DATA_PATH_VARIABLE)
    if setting is None:
        import platformdirs

        return (Path(platformdirs.user_data_dir("brickyard", appauthor=False)),)
    folders = [part for part in setting.split(os.pathsep) if part.strip()]
    if not folders:
        raise ConfigurationError(
            f"the environment variable {DATA_PATH_VARIABLE} is set and names no "
            f"folder: {setting!r}; unset it, or separate folders by {os.pathsep!r}"
        )
    return tuple(Path(folder).expanduser() for folder in folders)


def find_in_data_path(filename: str | os.PathLike[str]) -> Path:
    """Return the path of a data file: the first of its name along the data path.

    Parameters
    ----------
    filename
        The name of the file, which may begin with folders.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    folders = data_path()
    for folder in folders:
        if (folder / filename).is_file():
            return folder / filename
    suffix = Path(filename).suffix
    present = [
        entry.name
        for folder in folders
        if folder.is_dir()
        for entry in sorted(folder.glob(f"*{suffix}"))
        if entry.is_file()
    ]
    hint = near_match(str(filename), present) if present else ""
    raise FileNotFoundError(
        f"there is no data file {str(filename)!r} in the data path "
        f"({os.pathsep.join(map(str, folders))}); convert the data set into one of "
        f"these folders, or name others in {DATA_PATH_VARIABLE}{hint}"
    )

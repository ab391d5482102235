"""Where data files are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from brickyard.datasets.exceptions import ConfigurationError
from brickyard.datasets.names import near_match
from brickyard.datasets.settings import read_settings

DATA_PATH_VARIABLE = "BRICKYARD_DATA_PATH"


def data_path() -> tuple[Path, ...]:
    """Return the folders in which data files are looked for, in order.

    They are those of the environment variable ``BRICKYARD_DATA_PATH``, separated as
    those of ``PATH`` are; without it, those of ``data_path`` in the user's settings
    file; without that, the folder ``brickyard`` among the user's application data.

    Raises
    ------
    ConfigurationError
        If the variable is set and names no folder, or the settings file is wrong.
    """
    setting = os.environ.get(DATA_PATH_VARIABLE)
    if setting is None:
        import platformdirs

        default = platformdirs.user_data_dir("brickyard", appauthor=False)
        chosen = read_settings().get("data_path", [default])
        return tuple(Path(folder).expanduser() for folder in chosen)
    folders = [part for part in setting.split(os.pathsep) if part.strip()]
    if not folders:
        raise ConfigurationError(
            f"the environment variable {DATA_PATH_VARIABLE} is set and names no "
            f"folder: {setting!r}; unset it, or separate folders by {os.pathsep!r}"
        )
    return tuple(Path(folder).expanduser() for folder in folders)


def originals_directory(name: str) -> Path:
    """Return where the original files of a data set go, and are looked for.

    It is the folder of its name in the folder ``originals`` of the first folder of the
    data path.

    Parameters
    ----------
    name
        The name of the data set, such as ``mnist``.
    """
    return data_path()[0] / "originals" / name


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

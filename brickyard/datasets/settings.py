"""The user's settings file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from brickyard.datasets.exceptions import ConfigurationError
from brickyard.datasets.names import near_match

_KEYS = ("data_path",)


def settings_file() -> Path:
    """Return where the user's settings file is looked for.

    It is ``config.toml`` in the folder ``brickyard`` among the user's configuration
    files (``~/.config/brickyard/config.toml`` on Linux).
    """
    import platformdirs

    folder = platformdirs.user_config_dir("brickyard", appauthor=False)
    return Path(folder) / "config.toml"


def read_settings() -> dict[str, Any]:
    """Return the user's settings.

    Returns
    -------
    dict
        By key; empty if there is no file. ``data_path`` is a list of folders.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, is not TOML, has a key that does not exist, or
        a value of the wrong kind.
    """
    path = settings_file()
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the settings file {str(path)!r} cannot be read as TOML: {error}"
        ) from error
    for key in settings:
        if key not in _KEYS:
            raise ConfigurationError(
                f"the settings file {str(path)!r} has the unknown key {key!r}"
                f"{near_match(key, _KEYS)}"
            )
    if "data_path" in settings:
        settings["data_path"] = _folders(settings["data_path"], path)
    return settings


def _folders(value: Any, path: Path) -> list[str]:
    folders = [value] if isinstance(value, str) else value
    good = isinstance(folders, list) and all(
        isinstance(folder, str) and folder.strip() for folder in folders
    )
    if not good or not folders:
        raise ConfigurationError(
            f"data_path in the settings file {str(path)!r} must be a folder or a list "
            f'of folders, such as data_path = ["~/data"], got {value!r}'
        )
    return list(folders)

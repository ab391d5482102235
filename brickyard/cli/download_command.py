"""``brickyard data download``: original files from their servers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.cli.known_data import download_names, find_download
from brickyard.cli.named_group import named_group
from brickyard.cli.printing import on_one_line
from brickyard.datasets.downloaders import (
    DatasetDownload,
    RemoteFile,
    fetch_files,
    remove_files,
)
from brickyard.datasets.exceptions import NeedURLPrefix, UnverifiedDownloadWarning
from brickyard.datasets.names import near_match
from brickyard.datasets.paths import originals_directory

if TYPE_CHECKING:
    import click


def download_group() -> click.Group:
    """Return the group with a command for each data set."""
    return named_group(
        "download",
        "Download the original files of a data set.",
        download_names,
        lambda name: _download_command(name, find_download(name)),
        kind="download",
    )


def _download_command(name: str, found: DatasetDownload) -> click.Command:
    import click

    def download(
        directory: Path | None,
        variant: str,
        only: Sequence[str],
        url_prefix: str | None,
        clear: bool,
        quiet: bool,
    ) -> None:
        target = directory or originals_directory(name)
        files = choose_files(name, found.variants[variant], only)
        if clear:
            remove_files(target, [file.filename for file in files])
            return
        with _warnings_as_lines():
            paths = _fetch(name, found, files, target, url_prefix, not quiet)
        for path in paths:
            click.echo(str(path))
        if found.note and not quiet:
            click.echo(found.note, err=True)

    return click.Command(
        name,
        callback=download,
        params=_parameters(found),
        help=f"Download {found.help}. Prints the paths of the files. One that is there "
        "already is checked and kept; one that came in part goes on.",
        short_help=found.help,
    )


def _parameters(found: DatasetDownload) -> list[click.Parameter]:
    import click

    variant = click.Option(
        [found.option or "--variant", "variant"],
        type=click.Choice(list(found.variants)),
        default=found.default,
        show_default=found.option is not None,
        hidden=found.option is None,
        help="Which of the files.",
    )
    return [
        click.Option(
            ["--directory"],
            type=click.Path(file_okay=False, path_type=Path),
            help="Where they go, made if it is not there; by default the folder "
            "originals/NAME in the first folder of the data path.",
        ),
        variant,
        click.Option(
            ["--only"],
            multiple=True,
            metavar="FILENAME",
            help="Download this file alone; can be given several times.",
        ),
        click.Option(
            ["--url-prefix"],
            metavar="URL",
            help="A server that has the files: tried first, with the name of each file "
            "behind it.",
        ),
        click.Option(
            ["--clear"],
            is_flag=True,
            help="Remove the files, in place of downloading them.",
        ),
        click.Option(["--quiet"], is_flag=True, help="Show no progress bar."),
    ]


def choose_files(
    name: str, files: Sequence[RemoteFile], only: Sequence[str]
) -> list[RemoteFile]:
    """Return those of the files that were asked for.

    Parameters
    ----------
    name
        The name of the data set, for the message.
    files
        All of its files.
    only
        Names of files; none for all.

    Raises
    ------
    ValueError
        If one of the names is not there.
    """
    known = {file.filename: file for file in files}
    for filename in only:
        if filename not in known:
            raise ValueError(
                f"{name} has no file {filename!r}{near_match(filename, known)}"
            )
    return [file for file in files if not only or file.filename in only]


def _fetch(
    name: str,
    found: DatasetDownload,
    files: list[RemoteFile],
    directory: Path,
    url_prefix: str | None,
    progress: bool,
) -> list[Path]:
    try:
        return fetch_files(directory, files, url_prefix, progress=progress)
    except NeedURLPrefix as error:
        if not found.by_hand:
            raise
        names = ", ".join(file.filename for file in files)
        raise NeedURLPrefix(
            f"{name} has no free address: {found.by_hand}; put {names} into "
            f"{str(directory)!r}, or name a server that has the files by --url-prefix"
        ) from error


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Print warnings about files as lines, without where in the code they arose."""
    import click

    def show(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
        click.echo(f"warning: {on_one_line(str(message))}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UnverifiedDownloadWarning)
        warnings.showwarning = show
        yield

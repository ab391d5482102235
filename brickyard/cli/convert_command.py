"""``brickyard data convert``: original files in, one HDF5 file out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.cli.known_data import converter_names, download_names, find_converter
from brickyard.cli.named_group import named_group
from brickyard.cli.printing import on_one_line
from brickyard.datasets.converters.progress import Advance, report_progress
from brickyard.datasets.exceptions import MissingInputFiles
from brickyard.datasets.paths import data_path, originals_directory

if TYPE_CHECKING:
    import click

    from brickyard.datasets.converters.commands import ConverterCommand

_KEYWORDS = {"action", "choices", "default", "help", "required", "type"}


def convert_group() -> click.Group:
    """Return the group with a command for each converter."""
    return named_group(
        "convert",
        "Convert the original files of a data set to one HDF5 file.",
        converter_names,
        lambda name: _convert_command(name, find_converter(name)),
        kind="converter",
    )


def _convert_command(name: str, converter: ConverterCommand) -> click.Command:
    import click

    folder = click.Path(file_okay=False, path_type=Path)
    params: list[click.Parameter] = []
    if converter.has_directory:
        where = "Where the original files are; by default where `download` puts them."
        params.append(click.Option(["--directory"], type=folder, help=where))
    params += [make_option(*each) for each in converter.options.items()]
    params += [
        click.Option(
            ["--output-directory"],
            type=folder,
            help="Where the converted file goes, made if it is not there; by default "
            "the first folder of the data path.",
        ),
        click.Option(
            ["--output-filename"],
            default=converter.default_filename,
            help="Another name for it.",
        ),
        click.Option(["--quiet"], is_flag=True, help="Show no progress bar."),
    ]

    def convert(quiet: bool, **options: Any) -> None:
        with nullcontext() if quiet else report_progress(progress_bar):
            path = run_converter(name, converter, options)
        click.echo(path)

    summary = f"Convert {converter.help}."
    return click.Command(
        name,
        callback=convert,
        params=params,
        help=f"{summary} Prints the path of the converted file.",
        short_help=converter.help,
    )


@contextmanager
def progress_bar(task: str, total: int, unit: str) -> Iterator[Advance]:
    """Show how far a task is, if standard error is a terminal.

    Parameters
    ----------
    task
        What it is called.
    total
        Its size.
    unit
        The unit of the size.

    Yields
    ------
    Callable
        To be called with the number of units that were done since the last call.

    Examples
    --------
    >>> with progress_bar("features", 100, "image") as advance:
    ...     done = advance(60)
    """
    from tqdm import tqdm

    with tqdm(
        desc=on_one_line(task),
        total=total,
        unit=unit if unit == "B" else f" {unit}s",
        unit_scale=unit == "B",
        leave=False,
        # None: on terminals alone.
        disable=None,
    ) as bar:
        yield bar.update


def run_converter(
    name: str, converter: ConverterCommand, options: Mapping[str, Any]
) -> str:
    """Convert a data set.

    Parameters
    ----------
    name
        The name of the converter.
    converter
        The converter.
    options
        Its keyword arguments. Directories that are None are the usual ones.

    Returns
    -------
    str
        The path of the converted file.

    Raises
    ------
    MissingInputFiles
        If original files are missing; the message says how to get them.
    """
    arguments = dict(options)
    if converter.has_directory and arguments["directory"] is None:
        arguments["directory"] = originals_directory(name)
    if arguments["output_directory"] is None:
        arguments["output_directory"] = data_path()[0]
    arguments["output_directory"].mkdir(parents=True, exist_ok=True)
    try:
        (path,) = converter.convert(**arguments)
    except MissingInputFiles as error:
        if name not in download_names():
            raise
        raise MissingInputFiles(
            f"{error.args[0]}; `brickyard data download {name}` does that, and "
            "--directory names another place",
            error.filenames,
        ) from error
    return str(path)


def make_option(name: str, keywords: Mapping[str, Any]) -> click.Option:
    """Return an option from the table of converters.

    Parameters
    ----------
    name
        The option, such as ``--size``.
    keywords
        Of ``argparse``: `type`, `choices`, `default`, `required`, `help`, and
        `action`, which can be ``"store_true"``.

    Raises
    ------
    ValueError
        If there are other keywords.

    Examples
    --------
    >>> make_option("--size", {"type": int, "choices": (16, 28), "default": 28}).name
    'size'
    """
    import click

    unknown = set(keywords) - _KEYWORDS
    action = keywords.get("action")
    if unknown or action not in (None, "store_true"):
        raise ValueError(
            f"the option {name!r} has keywords that are not supported: "
            f"{sorted(unknown) or action!r}; use {sorted(_KEYWORDS)}, and the action "
            "'store_true'"
        )
    if action is not None:
        return click.Option([name], is_flag=True, help=keywords.get("help"))
    kind = keywords.get("type", str)
    choices = keywords.get("choices")
    given = {
        key: keywords[key] for key in {"default", "required", "help"} & set(keywords)
    }
    if choices and "default" in given:
        given["default"] = str(given["default"])

    def convert(_: click.Context, __: click.Parameter, value: Any) -> Any:
        return value if value is None else kind(value)

    return click.Option(
        [name],
        type=click.Choice([str(each) for each in choices]) if choices else kind,
        callback=convert if choices else None,
        **given,
    )

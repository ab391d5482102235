"""Convert a data set: ``python -m brickyard.datasets.converters mnist --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from brickyard.datasets.converters.commands import COMMANDS
from brickyard.datasets.exceptions import MissingInputFiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one converter and print the path of the file it wrote.

    Parameters
    ----------
    arguments
        The words of the command line; those of the process by default.

    Returns
    -------
    int
        0, or 1 if the conversion failed; the reason is on standard error then.
    """
    options = vars(_parser().parse_args(arguments))
    convert = options.pop("convert")
    try:
        options["output_directory"].mkdir(parents=True, exist_ok=True)
        (path,) = convert(**options)
    except (MissingInputFiles, OSError, TypeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brickyard.datasets.converters",
        description="Convert the original files of a data set to one HDF5 file.",
    )
    commands = parser.add_subparsers(required=True, metavar="DATASET")
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.help)
        if command.has_directory:
            subparser.add_argument(
                "--directory",
                type=Path,
                default=Path(),
                help="where the original files are",
            )
        for option, keywords in command.options.items():
            subparser.add_argument(option, **keywords)
        subparser.add_argument(
            "--output-directory",
            type=Path,
            default=Path(),
            help="where the converted file goes, made if it is not there; the working "
            "directory by default",
        )
        subparser.add_argument(
            "--output-filename",
            default=command.default_filename,
            help="another name for it",
        )
        subparser.set_defaults(convert=command.convert)
    return parser


if __name__ == "__main__":
    sys.exit(main())

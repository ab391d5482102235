"""Convert a data set: ``python -m brickyard.datasets.converters mnist --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from brickyard.datasets.converters.digits import convert_digits
from brickyard.datasets.converters.mnist import convert_mnist
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
    mnist = commands.add_parser("mnist", help="MNIST, from its four idx files")
    mnist.add_argument(
        "--directory", type=Path, default=Path(), help="where the original files are"
    )
    mnist.add_argument("--dtype", help="bool or a float type; uint8 by default")
    mnist.set_defaults(convert=convert_mnist)
    digits = commands.add_parser("digits", help="digits, from scikit-learn's copy")
    digits.set_defaults(convert=convert_digits)
    for command in (mnist, digits):
        command.add_argument(
            "--output-directory",
            type=Path,
            default=Path(),
            help="where the converted file goes; the working directory by default",
        )
        command.add_argument("--output-filename", help="another name for it")
    digits.set_defaults(output_filename="digits.hdf5")
    return parser


if __name__ == "__main__":
    sys.exit(main())

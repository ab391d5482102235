"""The converters by name, with the options each of them takes on a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brickyard.datasets.converters.adult import convert_adult
from brickyard.datasets.converters.binarized_mnist import convert_binarized_mnist
from brickyard.datasets.converters.caltech101_silhouettes import convert_silhouettes
from brickyard.datasets.converters.celeba import FORMATS, convert_celeba
from brickyard.datasets.converters.cifar10 import convert_cifar10
from brickyard.datasets.converters.cifar100 import convert_cifar100
from brickyard.datasets.converters.digits import convert_digits
from brickyard.datasets.converters.dogs_vs_cats import convert_dogs_vs_cats
from brickyard.datasets.converters.fashion_mnist import convert_fashion_mnist
from brickyard.datasets.converters.ilsvrc2010 import convert_ilsvrc2010
from brickyard.datasets.converters.ilsvrc2012 import convert_ilsvrc2012
from brickyard.datasets.converters.iris import convert_iris
from brickyard.datasets.converters.mnist import convert_mnist
from brickyard.datasets.converters.shuffle_seeds import seed_or_none
from brickyard.datasets.converters.svhn import convert_svhn
from brickyard.datasets.ordering import DEFAULT_SEED


@dataclass(frozen=True)
class ConverterCommand:
    """A converter as a command.

    Parameters
    ----------
    convert
        The function. It takes ``output_directory``, ``output_filename``, the options,
        and ``directory`` if `has_directory`, and returns a tuple of one path.
    help
        What it converts, from what.
    options
        By the name of the option, such as ``--size``, what ``argparse`` calls `type`,
        `choices`, `default`, `required`, `help`, and `action` (``"store_true"``).
    has_directory
        Whether it reads original files from a directory.
    default_filename
        The name of the converted file; None if it depends on the options.
    filename_patterns
        Patterns of the names that it gives, if they depend on the options.

    Examples
    --------
    >>> COMMANDS["digits"].has_directory
    False
    """

    convert: Callable[..., tuple[str]]
    help: str
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    has_directory: bool = True
    default_filename: str | None = None
    filename_patterns: tuple[str, ...] = ()

    @property
    def output_patterns(self) -> tuple[str, ...]:
        """Patterns of the names of the files that it writes, the usual one first."""
        if self.default_filename is None:
            return self.filename_patterns
        return (self.default_filename, *self.filename_patterns)


_SHUFFLE_SEED: dict[str, Mapping[str, Any]] = {
    "--shuffle-seed": {
        "type": seed_or_none,
        "default": DEFAULT_SEED,
        "help": f"seed of the order of the training images, {DEFAULT_SEED} by default, "
        "or none",
    }
}

COMMANDS: dict[str, ConverterCommand] = {
    "adult": ConverterCommand(
        convert_adult,
        "Adult, from adult.data and adult.test",
        default_filename="adult.hdf5",
    ),
    "binarized_mnist": ConverterCommand(
        convert_binarized_mnist,
        "binarized MNIST, from its three .amat files",
        default_filename="binarized_mnist.hdf5",
    ),
    "caltech101_silhouettes": ConverterCommand(
        convert_silhouettes,
        "CalTech 101 Silhouettes, from a .mat file",
        {
            "--size": {
                "type": int,
                "choices": (16, 28),
                "default": 28,
                "help": "height and width in pixels; 28 by default",
            }
        },
        filename_patterns=(
            "caltech101_silhouettes28.hdf5",
            "caltech101_silhouettes16.hdf5",
        ),
    ),
    "celeba": ConverterCommand(
        convert_celeba,
        "CelebA, from an archive of images and two lists",
        {
            "--which-format": {
                "choices": FORMATS,
                "default": FORMATS[0],
                "help": "aligned_cropped (the default), or 64 for 64 x 64 pixels",
            }
        },
        filename_patterns=("celeba_aligned_cropped.hdf5", "celeba_64.hdf5"),
    ),
    "cifar10": ConverterCommand(
        convert_cifar10,
        "CIFAR-10, from the binary or the Python version",
        {
            "--partial": {
                "action": "store_true",
                "help": "convert the batches that are there, if not all of them are",
            }
        },
        default_filename="cifar10.hdf5",
    ),
    "cifar100": ConverterCommand(
        convert_cifar100,
        "CIFAR-100, from the binary or the Python version",
        default_filename="cifar100.hdf5",
    ),
    "digits": ConverterCommand(
        convert_digits,
        "digits, from scikit-learn's copy",
        has_directory=False,
        default_filename="digits.hdf5",
    ),
    "dogs_vs_cats": ConverterCommand(
        convert_dogs_vs_cats,
        "Dogs vs. Cats, from its two archives",
        default_filename="dogs_vs_cats.hdf5",
    ),
    "fashion_mnist": ConverterCommand(
        convert_fashion_mnist,
        "Fashion-MNIST, from its four idx files",
        {"--dtype": {"help": "bool or a float type; uint8 by default"}},
        filename_patterns=("fashion_mnist.hdf5", "fashion_mnist_*.hdf5"),
    ),
    "ilsvrc2010": ConverterCommand(
        convert_ilsvrc2010,
        "ImageNet's challenge of 2010, from its archives",
        _SHUFFLE_SEED,
        default_filename="ilsvrc2010.hdf5",
    ),
    "ilsvrc2012": ConverterCommand(
        convert_ilsvrc2012,
        "ImageNet's challenge of 2012, from its archives",
        _SHUFFLE_SEED,
        default_filename="ilsvrc2012.hdf5",
    ),
    "iris": ConverterCommand(
        convert_iris,
        "Iris, from iris.data",
        default_filename="iris.hdf5",
    ),
    "mnist": ConverterCommand(
        convert_mnist,
        "MNIST, from its four idx files",
        {"--dtype": {"help": "bool or a float type; uint8 by default"}},
        filename_patterns=("mnist.hdf5", "mnist_*.hdf5"),
    ),
    "svhn": ConverterCommand(
        convert_svhn,
        "Street View House Numbers, from archives or .mat files",
        {
            "--which-format": {
                "type": int,
                "choices": (1, 2),
                "default": 2,
                "help": "1 for whole numbers, 2 (the default) for cropped digits",
            },
            "--without-extra": {
                "action": "store_true",
                "help": "leave out the extra images",
            },
        },
        filename_patterns=("svhn_format_2.hdf5", "svhn_format_1.hdf5"),
    ),
}

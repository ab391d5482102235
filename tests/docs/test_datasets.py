"""The page on datasets lists every transformer, scheme, data set and converter."""

import inspect
import re
from pathlib import Path

import pytest

from brickyard import datasets
from brickyard.datasets import transformers
from brickyard.datasets.converters.commands import COMMANDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "datasets.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
BASES = ("BatchScheme", "BatchSizeScheme", "Dataset", "IndexScheme", "IterationScheme")


def public_classes(base):
    return [
        name
        for name in datasets.__all__
        if inspect.isclass(getattr(datasets, name))
        and issubclass(getattr(datasets, name), base)
        and name not in BASES
    ]


def names_in_first_cells():
    return [name for row in ROWS for name in re.findall(r"`(\w+)[(`]", row[0])]


@pytest.mark.parametrize(
    "name",
    [
        *transformers.__all__,
        *public_classes(datasets.IterationScheme),
        *public_classes(datasets.Dataset),
    ],
)
def test_the_page_has_a_row_for(name):
    assert name in names_in_first_cells()


def test_no_row_is_about_something_that_is_not_there():
    there = {*transformers.__all__, *datasets.__all__}
    assert set(names_in_first_cells()) <= there


@pytest.mark.parametrize("name", COMMANDS)
def test_a_data_set_has_the_converter(name):
    converters = [row[3] for row in ROWS if len(row) == 5]
    assert any(re.match(rf"`{name}[ `]", cell) for cell in converters)


def test_options_of_converters_are_mentioned():
    options = {option for command in COMMANDS.values() for option in command.options}
    assert [option for option in options if option not in PAGE] == []

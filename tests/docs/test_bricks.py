"""The page on bricks lists every initializer, activation and cost."""

import inspect
from pathlib import Path

import pytest

from brickyard.bricks import Activation, Brick, activations, cost, initialization

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bricks.md").read_text("utf-8")


def public_classes(module, base):
    return [
        name
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, base)
        and value not in (base, Brick, cost.Cost, cost.CostMatrix)
        and not name.startswith("_")
    ]


@pytest.mark.parametrize(
    "name",
    [
        *public_classes(initialization, initialization.NdarrayInitialization),
        *public_classes(activations, Activation),
        *public_classes(cost, cost.Cost),
    ],
)
def test_the_page_has_a_row_for(name):
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert any(f"`{name}(" in row for row in rows)

"""The page on vision lists every brick on images."""

from pathlib import Path

import pytest

from brickyard.bricks import compositions, conv, normalization

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "vision.md").read_text("utf-8")
BASES = ("GlobalPooling", "Pooling", "ImageBrick")


@pytest.mark.parametrize(
    "name",
    [
        name
        for module in (conv, normalization, compositions)
        for name in module.__all__
        if name not in BASES
    ],
)
def test_the_page_has_a_row_for(name):
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert any(f"`{name}(" in row for row in rows)

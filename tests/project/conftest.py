"""The package's source files, read once for all checks of the project."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def sources() -> dict[str, ast.Module]:
    """Every source file of the package by its path, for example graph/roles.py."""
    package = ROOT / "brickyard"
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(package.rglob("*.py"))
    }


@pytest.fixture(scope="session")
def modules(sources: dict[str, ast.Module]) -> list[str]:
    """The dotted name of every module of the package."""
    return [
        ".".join(["brickyard", *Path(path).with_suffix("").parts])
        for path in sources
        if not path.endswith("__init__.py")
    ]

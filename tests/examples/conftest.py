"""The scripts of examples/, as modules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(autouse=True)
def examples_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the folder of the scripts where Python looks when it runs one of them."""
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])

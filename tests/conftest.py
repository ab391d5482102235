"""What all tests share: no noise, no cache outside the test, one backend at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import brickyard  # noqa: F401  sets floatX before any test builds a graph


@pytest.fixture(params=["xla", "numba"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend in turn, for what must hold on both."""
    return request.param


@pytest.fixture(scope="session")
def shared_data() -> Path | None:
    """The folder with real data beside the repository, or None where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BRICKYARD_TEST_DATA", default))
    return folder if folder.is_dir() else None

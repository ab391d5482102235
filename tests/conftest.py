"""What all tests share: the device they run on, and each backend in turn."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import brickyard  # noqa: F401  sets floatX before any test builds a graph


@pytest.fixture(params=["xla", "numba"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend in turn, for what must hold on both."""
    return request.param

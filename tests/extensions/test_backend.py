"""The backend of a run."""

from __future__ import annotations

import pytest

from brickyard.backends import default_backend
from brickyard.extensions.backend import backend_of
from brickyard.testing.extensions import IdleAlgorithm
from brickyard.training import UpdatesAlgorithm


@pytest.mark.parametrize("settings", [{"backend": "numba"}, {}, None])
def test_backend(settings):
    algorithm = UpdatesAlgorithm([], compile_kwargs=settings)
    assert backend_of(algorithm) == (settings or {}).get("backend", default_backend())


def test_other_algorithms_use_the_default():
    assert backend_of(IdleAlgorithm()) == default_backend()

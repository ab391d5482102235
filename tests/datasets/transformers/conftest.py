from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def quick_workers():
    """Import once what every worker process needs, before the first of them starts."""
    modules = ["brickyard.datasets.transformers", "hypothesis", "pytest"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(modules)


@pytest.fixture
def workers_find_tests(quick_workers, monkeypatch):
    """Let worker processes import functions of test files."""
    monkeypatch.syspath_prepend(str(ROOT))

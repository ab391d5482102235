"""A reporter of progress around every test of a converter."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from brickyard.datasets.converters import report_progress


@dataclass
class Task:
    """What was reported of a task."""

    total: int
    unit: str
    done: int = 0

    def advance(self, number: int) -> None:
        assert number >= 0
        self.done += number
        assert self.done <= self.total


@pytest.fixture(autouse=True)
def tasks():
    """What was reported until now, by the name of the task.

    Whatever is converted, tasks follow one another and are reported to their ends.
    """
    reported = {}
    running = []

    @contextmanager
    def record(name, total, unit):
        assert not running, f"{name!r} was started within {running}"
        task = reported[name] = Task(total, unit)
        running.append(name)
        try:
            yield task.advance
        finally:
            running.pop()
        assert task.done == task.total, name

    with report_progress(record):
        yield reported

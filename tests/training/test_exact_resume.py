"""Killed after any batch and started again, a run ends with the same bits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("interruptible_run.py")
BATCHES = 10


def run(directory, backend, *kill_after):
    """Run the script in a process of its own and return its exit code."""
    command = [sys.executable, str(SCRIPT), str(directory), backend]
    process = subprocess.run(
        [*command, *map(str, kill_after)], capture_output=True, text=True
    )
    assert process.returncode == (9 if kill_after else 0), process.stderr
    return process


def outcome(directory):
    """Return the final state but for the identity of the log."""
    result = json.loads((directory / "result.json").read_text())
    result["tree"]["log"].pop("uuid", None)
    return result


def batches(directory):
    return (directory / "batches.txt").read_text().splitlines()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Return, for a backend, the directory of a run nobody disturbed."""
    made = {}

    def get(backend):
        if backend not in made:
            made[backend] = tmp_path_factory.mktemp(f"whole_{backend}")
            run(made[backend], backend)
        return made[backend]

    return get


def check(backend, kill_after, uninterrupted, tmp_path):
    run(tmp_path, backend, kill_after)
    assert len(batches(tmp_path)) == kill_after
    run(tmp_path, backend)
    expected = uninterrupted(backend)
    assert batches(tmp_path) == batches(expected)
    assert outcome(tmp_path) == outcome(expected)


@pytest.mark.parametrize("kill_after", [1, 5, 8])
def test_xla_resumes_at_sampled_batches(kill_after, uninterrupted, tmp_path):
    check("xla", kill_after, uninterrupted, tmp_path)


def test_numba_resumes_in_mid_epoch(uninterrupted, tmp_path):
    check("numba", 7, uninterrupted, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kill_after", range(1, BATCHES))
def test_every_batch(backend, kill_after, uninterrupted, tmp_path):
    check(backend, kill_after, uninterrupted, tmp_path)

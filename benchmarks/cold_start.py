"""Seconds from starting Python to the first finished step of the MLP, caches empty."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import report

LIMIT_S = 5.0
PROGRAM = "import mlp_step; mlp_step.brickyard_side()(1)"


def main() -> None:
    """Measure cold, then warm, several times, and print one JSON line for each."""
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(5):
        with tempfile.TemporaryDirectory() as cache:
            for state in ("cold", "warm"):
                started = time.perf_counter()
                subprocess.run(
                    [sys.executable, "-c", PROGRAM],
                    env=os.environ | {"BRICKYARD_CACHE": cache},
                    cwd=Path(__file__).parent,
                    check=True,
                )
                times[state].append(time.perf_counter() - started)
    for state, values in times.items():
        seconds = statistics.median(values)
        report(
            f"process start to first step, {state}",
            seconds=seconds,
            limit=LIMIT_S,
            passed=seconds < LIMIT_S,
        )


if __name__ == "__main__":
    main()

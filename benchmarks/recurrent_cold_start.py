"""Seconds from starting Python to the first finished step of a GRU, caches empty."""

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
PROGRAM = "import recurrent_models as m; m.brickyard_side('gru', m.LARGE)(1)"


def main() -> None:
    """Measure several times, and print one JSON line."""
    times = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as cache:
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", PROGRAM],
                env=os.environ | {"BRICKYARD_CACHE": cache},
                cwd=Path(__file__).parent,
                check=True,
            )
            times.append(time.perf_counter() - started)
    seconds = statistics.median(times)
    report(
        "process start to first step of a GRU, cold",
        seconds=seconds,
        limit=LIMIT_S,
        passed=seconds < LIMIT_S,
    )


if __name__ == "__main__":
    main()

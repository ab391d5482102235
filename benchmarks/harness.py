"""Timing several implementations of one thing side by side.

Each side runs in a process of its own, which waits on a pipe while another side is
measured, so that their thread pools never compete. Sides take turns; what is reported
is the median over the rounds of the ratio within a round.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

Sides = dict[str, Callable[[], Callable[[int], None]]]


def measure(
    case: str, sides: Sides, limits: dict[str, float], *, rounds: int = 9, seconds=0.5
) -> None:
    """Time all sides in turns and print one JSON line.

    Parameters
    ----------
    case
        The name of the case.
    sides
        For each side a function that prepares it and returns ``run(steps)``, which
        returns when that many steps have finished. The first side is the one that is
        compared with the others.
    limits
        For each other side, the largest ratio that passes.
    rounds
        How often each side is measured.
    seconds
        About how long one measurement takes, in seconds.
    """
    if len(sys.argv) > 2 and sys.argv[1] == "--side":
        _serve(sides[sys.argv[2]]())
        return
    workers = {name: _Worker(name) for name in sides}
    try:
        steps = {
            name: max(1, round(seconds / worker.seconds(5) * 5))
            for name, worker in workers.items()
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, worker in workers.items():
                times[name].append(worker.seconds(steps[name]) / steps[name])
    finally:
        for worker in workers.values():
            worker.close()
    subject, *others = sides
    ratios = {
        other: statistics.median(
            ours / theirs
            for ours, theirs in zip(times[subject], times[other], strict=True)
        )
        for other in others
    }
    report(
        case,
        ratios=ratios,
        limits=limits,
        passed=all(ratios[other] <= limit for other, limit in limits.items()),
        milliseconds={
            name: 1000 * statistics.median(values) for name, values in times.items()
        },
        rounds=rounds,
    )


def report(case: str, **values: object) -> None:
    """Print one JSON line about a case.

    Parameters
    ----------
    case
        The name of the case.
    **values
        What was found; numbers are rounded to four significant digits.
    """
    print(json.dumps({"case": case} | _rounded(values)), flush=True)


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


class _Worker:
    def __init__(self, side: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, sys.argv[0], "--side", side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, steps: int) -> float:
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"side {self._process.args[-1]} ended early")
        return float(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def _serve(run: Callable[[int], None]) -> None:
    """Run steps on request until the pipe closes, and answer with the seconds."""
    run(3)
    for line in sys.stdin:
        started = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - started, flush=True)

"""Peak memory of a training step of a GRU over 1,000 steps: brickyard and PyTorch.

Each side runs in a process of its own; what counts is how far its peak of resident
memory rises from before the model is made, libraries imported, to after three steps.
The peaks of the whole processes are given, too.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys

from harness import report
from recurrent_models import Size, brickyard_side, torch_side

SIZE = Size(1000, 50, 256, 80)
SIDES = {"brickyard": brickyard_side, "torch": torch_side}
LIMIT = 1.0


def peak() -> int:
    """Return the peak of resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def one_side(name: str) -> None:
    """Take three steps and print the peaks before and after."""
    SIDES[name]("gru", Size(2, 2, 8, 8))(1)
    before = peak()
    SIDES[name]("gru", SIZE)(3)
    print(json.dumps({"step": peak() - before, "process": peak()}))


def main() -> None:
    """Measure both sides and print one JSON line."""
    found = {}
    for name in SIDES:
        answer = subprocess.run(
            [sys.executable, sys.argv[0], name],
            check=True,
            capture_output=True,
            text=True,
        )
        found[name] = json.loads(answer.stdout.splitlines()[-1])
    ratio = {
        kind: found["brickyard"][kind] / found["torch"][kind]
        for kind in ("step", "process")
    }
    report(
        f"peak memory of a GRU's training step, {SIZE}",
        ratios=ratio,
        limit=LIMIT,
        passed=ratio["process"] <= LIMIT,
        mebibytes=found,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one_side(sys.argv[1])
    else:
        main()

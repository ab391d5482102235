"""What ``import brickyard`` costs beyond ``import pytensor``, and what it loads."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys

from harness import report

LIMIT_S = 0.3
OPTIONAL = ("jax", "h5py", "tqdm", "rich", "safetensors", "bokeh", "matplotlib", "zmq")
EVERYTHING = "import brickyard." + ", brickyard.".join(
    ["bricks", "graph", "backends", "datasets", "training", "extensions"]
)


def seconds(statements: str) -> float:
    """Return how long a fresh interpreter needs for `statements`, in seconds."""
    program = (
        "import time; started = time.perf_counter()\n"
        f"{statements}\n"
        "print(time.perf_counter() - started)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(answer.stdout)


def loaded(statements: str) -> list[str]:
    """Return which optional modules are loaded after `statements`."""
    program = (
        f"import sys\n{statements}\nprint([m for m in {OPTIONAL} if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ast.literal_eval(answer.stdout)


def main() -> None:
    """Compare in turns and print one JSON line for each form of the import."""
    for case, statements in [
        ("import brickyard", "import brickyard"),
        ("import every layer", EVERYTHING),
    ]:
        rounds = [
            (seconds("import pytensor.tensor"), seconds(statements)) for _ in range(9)
        ]
        extra = statistics.median(ours - base for base, ours in rounds)
        modules = loaded(statements)
        report(
            case,
            seconds_beyond_pytensor=extra,
            limit=LIMIT_S,
            loaded=modules,
            passed=extra < LIMIT_S and not modules,
        )


if __name__ == "__main__":
    main()

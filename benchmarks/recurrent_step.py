"""A training step of recurrent networks: brickyard and PyTorch.

The GRU and the LSTM are compared with ``torch.nn.GRU`` and ``torch.nn.LSTM``, a step
of one's own (a GRU with a layer norm inside) with a loop over cells.

    python benchmarks/recurrent_step.py [gru] [lstm] [custom] [large] [small]
"""

from __future__ import annotations

import sys

from harness import measure
from recurrent_models import LARGE, SMALL, brickyard_side, torch_side

LIMITS = {"gru": 1.0, "lstm": 1.0, "custom": 1 / 3}
SIZES = {"large": LARGE, "small": SMALL}


def sides(kind: str, name: str):
    """Return the two sides of a case under names of their own."""
    size = SIZES[name]
    return {
        f"{kind} {name}, brickyard": lambda: brickyard_side(kind, size),
        f"{kind} {name}, torch": lambda: torch_side(kind, size),
    }


def main() -> None:
    """Measure all cases, or those that the command line names."""
    cases = {(kind, name): sides(kind, name) for kind in LIMITS for name in SIZES}
    if "--side" in sys.argv:
        every = {name: side for case in cases.values() for name, side in case.items()}
        measure("", every, {})
        return
    kinds = [kind for kind in LIMITS if kind in sys.argv] or list(LIMITS)
    names = [name for name in SIZES if name in sys.argv] or list(SIZES)
    for (kind, name), case in cases.items():
        if kind in kinds and name in names:
            peer = list(case)[1]
            measure(f"{kind}, {SIZES[name]}", case, {peer: LIMITS[kind]})


if __name__ == "__main__":
    main()

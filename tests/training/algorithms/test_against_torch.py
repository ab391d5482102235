"""Step rules against a run of torch.optim; make_torch_numbers.py made the numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from brickyard.training.algorithms import (
    AdaDelta,
    AdaGrad,
    AdamW,
    AMSGrad,
    Momentum,
    NAdam,
    NesterovMomentum,
    Scale,
)

NUMBERS = json.loads(Path(__file__).with_name("torch_numbers.json").read_text())
RULES = {
    "Scale": lambda: Scale(0.1),
    "Momentum": lambda: Momentum(0.1, 0.9),
    "NesterovMomentum": lambda: NesterovMomentum(0.1, 0.9),
    "AdaDelta": lambda: AdaDelta(0.95, 1e-6),
    "AdaGrad": lambda: AdaGrad(0.1, 1e-6),
    "AdamW": lambda: AdamW(0.01, weight_decay=0.1),
    "AdamW_without_decay": lambda: AdamW(0.01, weight_decay=0),
    "AMSGrad": lambda: AMSGrad(0.01),
    "NAdam": lambda: NAdam(0.01),
}


def test_every_case_is_compared():
    assert set(NUMBERS["values"]) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_follows_torch(follow, name):
    theirs = np.array(NUMBERS["values"][name]).reshape(-1, 2, 3)
    np.testing.assert_allclose(follow(RULES[name]), theirs, rtol=1e-10, atol=1e-12)

"""Write torch_numbers.json: what torch.optim does with the gradients of conftest.py.

Run with PyTorch installed: ``python tests/training/algorithms/make_torch_numbers.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

NUM_STEPS = 12
CASES = {
    "Scale": (torch.optim.SGD, {"lr": 0.1}),
    "Momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "NesterovMomentum": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    ),
    "AdaDelta": (torch.optim.Adadelta, {"lr": 1.0, "rho": 0.95, "eps": 1e-6}),
    "AdaGrad": (torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-6}),
    "AdamW": (torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
    "AdamW_without_decay": (torch.optim.Adam, {"lr": 0.01}),
    "AMSGrad": (torch.optim.Adam, {"lr": 0.01, "amsgrad": True}),
    "NAdam": (torch.optim.NAdam, {"lr": 0.01}),
}


def follow(optimizer: type, options: dict) -> list:
    """Return the parameter after each step."""
    torch.set_default_dtype(torch.float64)
    steps, elements = np.arange(NUM_STEPS), np.arange(6)
    waves = np.cos(0.7 * steps[:, None] + elements) + 0.1 * elements
    parameter = torch.nn.Parameter(
        torch.tensor(np.linspace(-1.0, 1.5, 6).reshape(2, 3))
    )
    optimizer = optimizer([parameter], **options)
    values = []
    for gradient in waves.reshape(NUM_STEPS, 2, 3):
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        values.append(parameter.detach().numpy().ravel().tolist())
    return values


if __name__ == "__main__":
    numbers = {name: follow(*case) for name, case in CASES.items()}
    record = {"torch": torch.__version__, "values": numbers}
    path = Path(__file__).with_name("torch_numbers.json")
    path.write_text(json.dumps(record, indent=1) + "\n")

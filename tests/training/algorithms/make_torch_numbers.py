"""Write torch_numbers.json: what torch.optim does with the gradients of conftest.py.

Run with PyTorch installed: ``python tests/training/algorithms/make_torch_numbers.py``.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

NUM_STEPS = 12
CASES = {
    "Scale": ("SGD", {"lr": 0.1}),
    "Momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}),
    "NesterovMomentum": (
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    ),
    "AdaDelta": ("Adadelta", {"lr": 1.0, "rho": 0.95, "eps": 1e-6}),
    "AdaGrad": ("Adagrad", {"lr": 0.1, "eps": 1e-6}),
    "AdamW": ("AdamW", {"lr": 0.01, "weight_decay": 0.1}),
    "AdamW_without_decay": ("Adam", {"lr": 0.01}),
    "AMSGrad": ("Adam", {"lr": 0.01, "amsgrad": True}),
    "NAdam": ("NAdam", {"lr": 0.01}),
}


def follow(optimizer_name: str, options: dict) -> list:
    """Return the parameter after each step of an optimizer of torch.optim."""
    # Here, because pytest imports this file in environments without PyTorch.
    import torch

    torch.set_default_dtype(torch.float64)
    steps, elements = np.arange(NUM_STEPS), np.arange(6)
    waves = np.cos(0.7 * steps[:, None] + elements) + 0.1 * elements
    parameter = torch.nn.Parameter(
        torch.tensor(np.linspace(-1.0, 1.5, 6).reshape(2, 3))
    )
    optimizer = getattr(torch.optim, optimizer_name)([parameter], **options)
    values = []
    for gradient in waves.reshape(NUM_STEPS, 2, 3):
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        values.append(parameter.detach().numpy().ravel().tolist())
    return values


if __name__ == "__main__":
    numbers = {name: follow(*case) for name, case in CASES.items()}
    record = {"torch": version("torch"), "values": numbers}
    path = Path(__file__).with_name("torch_numbers.json")
    path.write_text(json.dumps(record, indent=1) + "\n")

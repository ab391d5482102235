"""Shuffled minibatches of an array in memory: brickyard, PyTorch's DataLoader, NumPy.

60,000 examples of 784 bytes each, in random order, 128 at a time, scaled to float32.
The limits are those for PyTorch with its best number of workers, and for ``np.take``
with a scaling by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from harness import measure

EXAMPLES, WIDTH, BATCH = 60_000, 784, 128


def pixels():
    """Return the array that all sides read."""
    return np.random.default_rng(0).integers(0, 256, (EXAMPLES, WIDTH), dtype="uint8")


def runner(epoch: Callable[[], Iterator]) -> Callable[[int], None]:
    """Return a function that draws batches, starting new epochs as needed."""
    batches = iter(())

    def run(steps: int) -> None:
        nonlocal batches
        for _ in range(steps):
            if next(batches, None) is None:
                batches = iter(epoch())
                next(batches)

    return run


def brickyard_side():
    """Prepare a stream with one transformer."""
    from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
    from brickyard.datasets.transformers import ScaleAndShift

    data = IndexableDataset({"features": pixels()})
    stream = ScaleAndShift(
        DataStream(data, ShuffledScheme(EXAMPLES, BATCH, seed=1)), 1 / 255, 0
    )
    return runner(stream.get_epoch_iterator)


def numpy_side():
    """Prepare the same by hand."""
    data, rng = pixels(), np.random.default_rng(1)

    def epoch():
        order = rng.permutation(EXAMPLES)
        for start in range(0, EXAMPLES, BATCH):
            batch = np.take(data, order[start : start + BATCH], axis=0)
            yield batch * np.float32(1 / 255)

    return runner(epoch)


def torch_side(num_workers: int):
    """Prepare PyTorch's loader as its users write it."""

    def prepare():
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        torch.set_num_threads(2)
        loader = DataLoader(
            TensorDataset(torch.from_numpy(pixels())),
            batch_size=BATCH,
            shuffle=True,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
        )

        def epoch():
            for (batch,) in loader:
                yield batch.float() * (1 / 255)

        return runner(epoch)

    return prepare


if __name__ == "__main__":
    measure(
        "shuffled minibatches of 128 x 784 uint8, scaled",
        {
            "brickyard": brickyard_side,
            "numpy": numpy_side,
            "torch, 0 workers": torch_side(0),
            "torch, 1 worker": torch_side(1),
            "torch, 2 workers": torch_side(2),
        },
        limits={
            "numpy": 1.3,
            "torch, 0 workers": 0.1,
            "torch, 1 worker": 0.1,
            "torch, 2 workers": 0.1,
        },
    )

"""CIFAR-10 with random crops and flips, to float32: brickyard and PyTorch's DataLoader.

Batches of 128 images of 3 x 32 x 32 bytes in random order, padded by 4 pixels, cropped
to 32 x 32, turned over half of the time. PyTorch's side is a dataset that does so for
one image after the other, as its users write it. Both have the same number of workers.
The images are those of CIFAR-10 if they are in the data path, else random ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
from harness import measure

EXAMPLES, BATCH, PADDING = 50_000, 128, 4


def images():
    """Return what both sides read: images, and the numbers of their classes."""
    from brickyard.datasets import CIFAR10

    try:
        return CIFAR10(("train",)).get_data(None, slice(0, EXAMPLES))
    except FileNotFoundError:
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (EXAMPLES, 3, 32, 32), dtype="uint8")
        return pixels, rng.integers(0, 10, (EXAMPLES, 1), dtype="uint8")


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


def brickyard_side(num_workers: int):
    """Prepare a stream with transformers."""

    def prepare():
        from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
        from brickyard.datasets.transformers import (
            Cast,
            MultiProcessing,
            RandomFixedSizeCrop,
            RandomHorizontalFlip,
        )

        pixels, targets = images()
        dataset = IndexableDataset(
            {"features": pixels, "targets": targets},
            axis_labels={"features": ("batch", "channel", "height", "width")},
        )
        only = {"which_sources": ("features",)}
        scheme = ShuffledScheme(len(pixels), BATCH, seed=1)
        stream = DataStream(dataset, scheme)
        stream = RandomFixedSizeCrop(stream, (32, 32), padding=PADDING, **only)
        stream = Cast(RandomHorizontalFlip(stream, **only), "float32", **only)
        if num_workers:
            # few made ahead: the pauses between two measurements shall not count
            stream = MultiProcessing(stream, 10, num_workers=num_workers)
        return runner(stream.get_epoch_iterator)

    return prepare


def torch_side(num_workers: int):
    """Prepare PyTorch's loader with a dataset of augmented images."""

    def prepare():
        import torch
        from torch.nn.functional import pad
        from torch.utils.data import DataLoader, Dataset

        class Augmented(Dataset):
            def __init__(self):
                self.images, self.targets = map(torch.from_numpy, map(np.array, data))

            def __len__(self):
                return len(self.images)

            def __getitem__(self, index):
                image = pad(self.images[index], (PADDING,) * 4)
                top, left = torch.randint(0, 2 * PADDING + 1, (2,)).tolist()
                image = image[:, top : top + 32, left : left + 32]
                if torch.rand(()) < 0.5:
                    image = image.flip(-1)
                return image.float(), self.targets[index]

        data = images()
        torch.set_num_threads(2)
        loader = DataLoader(
            Augmented(),
            batch_size=BATCH,
            shuffle=True,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
        )
        return runner(lambda: iter(loader))

    return prepare


CASES = [
    {
        f"brickyard, {number} workers": brickyard_side(number),
        f"torch, {number} workers": torch_side(number),
    }
    for number in (0, 1, 2)
]

if __name__ == "__main__":
    if "--side" in sys.argv:
        measure("", {name: side for case in CASES for name, side in case.items()}, {})
    else:
        for case in CASES:
            ours, theirs = case
            measure(f"CIFAR-10, crop and flip: {ours}", case, {theirs: 1.0}, rounds=5)

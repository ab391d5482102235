"""Rewrites of PyTensor that are left out."""

from __future__ import annotations

# What XLA does itself: fusing loops and reusing memory.
LEFT_TO_XLA = ("fusion", "inplace")

# Takes the wrong row of a reversed slice of length one: squeeze(x[:-2:-1]) is x[-1].
WRONG = ("local_dimshuffle_subtensor",)

# What `brickyard.backends.scan_rewrites` does instead.
REPLACED = ("scan_pushout",)

import numpy as np
import pytensor
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.recurrent.masking import keep_masked


def test_without_a_mask_everything_is_new():
    new, old = pt.matrices("new", "old")
    assert keep_masked(None, new, old) is new


def test_values_and_gradients():
    new, old, mask = pt.matrix("new"), pt.matrix("old"), pt.vector("mask")
    kept = keep_masked(mask, new, old)
    values = {new: [[1, 2], [np.nan, 4]], old: [[5, 6], [7, 8]], mask: [1, 0]}
    gradients = pytensor.grad(kept.sum(), [new, old])
    found, by_new, by_old = evaluate([kept, *gradients], values)
    assert found.tolist() == [[1, 2], [7, 8]]
    assert by_new.tolist() == [[1, 1], [0, 0]]
    assert by_old.tolist() == [[0, 0], [1, 1]]


def test_masks_of_other_types():
    new, old, mask = pt.matrix("new"), pt.matrix("old"), pt.vector("m", dtype="bool")
    kept = keep_masked(mask, new, old)
    assert kept.dtype == new.dtype
    values = {new: [[1]], old: [[5]], mask: np.array([False])}
    assert evaluate(kept, values).tolist() == [[5]]

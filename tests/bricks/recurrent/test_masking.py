from functools import cache

import numpy as np
import pytensor
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate
from brickyard.bricks import Tanh
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.recurrent import LSTM, GatedRecurrent, SimpleRecurrent
from brickyard.bricks.recurrent.masking import keep_masked

INIT = IsotropicGaussian(0.5)
BRICKS = {
    "simple": lambda: SimpleRecurrent(2, Tanh(), weights_init=INIT),
    "gated": lambda: GatedRecurrent(2, weights_init=INIT),
    "lstm": lambda: LSTM(2, weights_init=INIT),
}


@cache
def masked_cost(kind):
    """Return a function of mask and sequences: a masked cost and its gradients."""
    brick = BRICKS[kind]()
    brick.initialize()
    names = [name for name in brick.apply.sequences if name != "mask"]
    sequences = {name: pt.tensor3(name) for name in names}
    mask = pt.matrix("mask")
    states = brick.apply(**sequences, mask=mask, as_list=True)[0]
    cost = (pt.sqr(states).sum(axis=2) * mask).sum() + states[-1].sum()
    gradients = pytensor.grad(cost, list(brick.parameters))
    inputs = [mask, *sequences.values()]
    return compile(inputs, [cost, *gradients]), brick.get_dims(names)


def padded(rng, lengths, dims, time, filling):
    mask = (np.arange(time)[:, None] < np.array(lengths)).astype("float32")
    data = [rng.normal(size=(4, len(lengths), d)).astype("float32") for d in dims]
    whole = []
    for values in data:
        longer = np.full((time, *values.shape[1:]), filling, "float32")
        longer[:4] = values
        longer[mask == 0] = filling
        whole.append(longer)
    return [mask, *whole]


@pytest.mark.parametrize("kind", list(BRICKS))
@settings(max_examples=15, deadline=None)
@given(
    lengths=st.tuples(*[st.integers(0, 4)] * 3),
    time=st.sampled_from([4, 9]),
    filling=st.floats(width=32, allow_nan=False, allow_infinity=False),
    seed=st.integers(0, 100),
)
def test_padding_changes_no_cost(kind, lengths, time, filling, seed):
    function, dims = masked_cost(kind)
    plain, other = (
        function(*padded(np.random.default_rng(seed), lengths, dims, *how))
        for how in ((4, 0), (time, filling))
    )
    for before, after in zip(plain, other, strict=True):
        np.testing.assert_allclose(before, after, rtol=1e-5, atol=1e-5)


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

"""Moments that do not count."""

from __future__ import annotations

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable


def keep_masked(
    mask: TensorVariable | None, new: TensorVariable, old: TensorVariable
) -> TensorVariable:
    """Return the new state where there is data, else the old one.

    Parameters
    ----------
    mask
        Zero where there is no data, ``(batch,)``; None if there is data everywhere.
    new, old
        The next and the present state, ``(batch, features)``.

    Returns
    -------
    TensorVariable
        ``(batch, features)``; values in `new` that are masked do not matter, not even
        NaN.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> import numpy as np
    >>> new, old = pt.constant([[1.0], [np.nan]]), pt.constant([[3.0], [4.0]])
    >>> evaluate(keep_masked(pt.constant([1, 0]), new, old)).tolist()
    [[1.0], [4.0]]
    """
    if mask is None:
        return new
    return pt.switch(pt.neq(mask, 0)[:, None], new, old)

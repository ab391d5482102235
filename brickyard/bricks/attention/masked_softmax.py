"""A softmax that leaves out what a mask does."""

from __future__ import annotations

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable


def masked_softmax(
    energies: TensorVariable, mask: TensorVariable | None, axis: int
) -> TensorVariable:
    r"""Return the softmax of energies among the elements that a mask keeps.

    .. math:: w_i = \frac{m_i e^{x_i}}{\sum_j m_j e^{x_j}}

    Parameters
    ----------
    energies
        Numbers of any floating-point dtype.
    mask
        Booleans or numbers that broadcast against the energies: 0 leaves an element
        out, anything else keeps it. None keeps all.
    axis
        The axis that the weights sum to 1 over.

    Returns
    -------
    TensorVariable
        Weights of the shape and dtype of the energies. Where nothing is kept along
        the axis all of them are 0, and so is their gradient.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x, mask = pt.matrix("x"), pt.matrix("mask")
    >>> weights = masked_softmax(x, mask, axis=1)
    >>> given = {x: [[5, 5, 99], [1, 2, 3]], mask: [[1, 1, 0], [0, 0, 0]]}
    >>> evaluate(weights, given).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    if mask is None:
        return pt.special.softmax(energies, axis=axis)
    kept = mask if mask.dtype == "bool" else pt.neq(mask, 0)
    # Half of the lowest number: minus infinity would give NaN where nothing is kept.
    lowest = pt.constant(np.finfo(energies.dtype).min / 2, dtype=energies.dtype)
    weights = pt.special.softmax(pt.switch(kept, energies, lowest), axis=axis)
    return pt.switch(kept, weights, pt.zeros((), dtype=energies.dtype))
